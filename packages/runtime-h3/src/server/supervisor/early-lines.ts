/** Maximum number of waiting lines. Further lines are written at once. */
const MAX_WAITING = 1000;
/** Start of a line that reports no fault. */
const QUIET = /^\{"level":"(?:trace|debug|info)"/;

/**
 * Log lines from before the server listens. Lines at `info` and below, such as those of a module
 * that starts, wait: scripts rely on the first line of stdout, which says where the server listens.
 * Warnings and errors do not wait, since they may say why the server does not start.
 */
export class EarlyLines {
  #waiting: string[] | undefined = [];
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  write(line: string): void {
    if (this.#waiting && this.#waiting.length < MAX_WAITING && QUIET.test(line))
      this.#waiting.push(line);
    else this.#write(line);
  }

  /** Writes the lines that waited. From now on no line waits. */
  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const line of waiting) this.#write(line);
  }
}

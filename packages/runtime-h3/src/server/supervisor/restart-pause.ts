/** Milliseconds for which a crash counts. */
const WINDOW = 10_000;
/** Number of crashes per worker within the window that cause no pause. */
const FREE_CRASHES = 3;
/** First and longest pause after a crash of a worker that served. Milliseconds. */
const CRASH_PAUSE = 100;
const MAX_CRASH_PAUSE = 1000;
/** First and longest pause after workers could not start. Milliseconds. */
const START_PAUSE = 50;
const MAX_START_PAUSE = 10_000;

/**
 * Decides how long a pool waits before it starts another worker. A worker that served is replaced
 * at once: a single request may have ended it. Only repeated crashes cause a pause. It is short,
 * because clients wait during it. Workers that can't start serve no client, so their pauses grow
 * longer.
 */
export class RestartPause {
  readonly #freeCrashes: number;
  /** Milliseconds of a clock that does not jump. */
  readonly #now: () => number;
  #crashes: number[] = [];
  #failedStarts = 0;

  /** @param workers number of workers in the pool */
  constructor(workers: number, now: () => number = () => performance.now()) {
    this.#freeCrashes = FREE_CRASHES * workers;
    this.#now = now;
  }

  /** A worker that served has ended. */
  noteCrash(): void {
    this.#crashes.push(this.#now());
  }

  noteFailedStart(): void {
    this.#failedStarts++;
  }

  noteStart(): void {
    this.#failedStarts = 0;
  }

  /** Milliseconds to wait before the next start. */
  next(): number {
    const since = this.#now() - WINDOW;
    this.#crashes = this.#crashes.filter((time) => time > since);
    const over = this.#crashes.length - this.#freeCrashes;
    const crashPause = over > 0 ? double(CRASH_PAUSE, over - 1, MAX_CRASH_PAUSE) : 0;
    const failed = this.#failedStarts;
    // One failed start may be an accident.
    const startPause = failed > 1 ? double(START_PAUSE, failed, MAX_START_PAUSE) : 0;
    return Math.max(crashPause, startPause);
  }
}

function double(first: number, times: number, longest: number): number {
  return Math.min(longest, first * 2 ** times);
}

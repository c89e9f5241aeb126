/** The part of a socket of `ws` that stops reading. Other platforms have none. */
interface PausableSocket {
  pause(): void;
  resume(): void;
}

/**
 * Messages of one client. Their hooks start in the order of the messages, at most `max` of them run
 * at a time. While further messages wait, nothing more is read from the client.
 */
export class MessageQueue {
  readonly #max: number;
  readonly #socket: PausableSocket | undefined;
  readonly #onFull: () => void;
  #waiting: (() => Promise<void>)[] = [];
  #running = 0;

  /** @param onFull called whenever a message has to wait */
  constructor(max: number, socket: object | undefined, onFull: () => void) {
    this.#max = max;
    this.#socket = isPausable(socket) ? socket : undefined;
    this.#onFull = onFull;
  }

  /** Runs the hook of a message, which never rejects, now or when its turn comes. */
  run(hook: () => Promise<void>): Promise<void> | undefined {
    if (this.#running < this.#max) return this.#start(hook);
    this.#waiting.push(hook);
    if (this.#waiting.length > 1) return undefined;
    this.#onFull();
    this.#socket?.pause();
    return undefined;
  }

  /** Starts all waiting hooks: the client has left, so no further message comes. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const hook of waiting) void this.#start(hook);
  }

  async #start(hook: () => Promise<void>): Promise<void> {
    this.#running++;
    await hook();
    this.#running--;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    if (this.#waiting.length === 0) this.#socket?.resume();
    void this.#start(next);
  }
}

function isPausable(socket: object | undefined): socket is PausableSocket {
  return socket !== undefined && 'pause' in socket && 'resume' in socket;
}

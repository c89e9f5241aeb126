/** Work that has to end by a deadline. */
export interface InFlightItem {
  /** Index in the list; -1 when the work has ended. */
  index: number;
  /** Returns whether the work has to end. `now` is `performance.now()`. */
  mustEnd(now: number): boolean;
}

const SWEEP_INTERVAL = 1000;

/**
 * Work in flight. A sweep once a second ends late work: a timer for each request would cost more
 * than its routing.
 */
export class InFlight<T extends InFlightItem> {
  // The array never shrinks: an array that empties and fills again allocates its store each time.
  readonly #list: (T | undefined)[] = [];
  #size = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #idle: (() => void)[] = [];
  readonly #expire: (item: T) => void;

  constructor(expire: (item: T) => void) {
    this.#expire = expire;
  }

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    item.index = this.#size;
    this.#list[this.#size++] = item;
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.#sweep(), SWEEP_INTERVAL);
      (this.#timer as { unref?(): void }).unref?.();
    }
  }

  remove(item: T): void {
    const { index } = item;
    if (index === -1) return;
    item.index = -1;
    const last = this.#list[--this.#size] as T;
    this.#list[this.#size] = undefined;
    if (last !== item) {
      this.#list[index] = last;
      last.index = index;
    }
    if (this.#size === 0 && this.#idle.length > 0) this.#resolveIdle();
  }

  all(): T[] {
    return this.#list.slice(0, this.#size) as T[];
  }

  /** Resolves when no work is in flight. */
  idle(): Promise<void> {
    if (this.#size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #resolveIdle(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  #sweep(): void {
    if (this.#size === 0) return this.stop();
    const now = performance.now();
    for (const item of this.all()) if (item.mustEnd(now)) this.#expire(item);
  }
}

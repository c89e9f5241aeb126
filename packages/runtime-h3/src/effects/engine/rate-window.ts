import type { RateLimit } from '../../types/effects.ts';

/**
 * Counts the starts of one effect's runs in this process: at most `max` in any window of `per`
 * milliseconds. Times are monotonic milliseconds.
 */
export class RateWindow {
  #starts: number[] = [];

  /** Returns how many more runs may start now. */
  room({ max, per }: RateLimit, now: number): number {
    this.#starts = this.#starts.filter((time) => time > now - per && time <= now);
    return Math.max(0, max - this.#starts.length);
  }

  /** Returns when there will be room. Monotonic milliseconds; 0 if there is room now. */
  nextStart({ max, per }: RateLimit): number {
    const oldest = this.#starts[this.#starts.length - max];
    return oldest === undefined ? 0 : oldest + per;
  }

  /** Counts `count` runs that start now. */
  addStarts(now: number, count: number): void {
    for (let left = count; left > 0; left--) this.#starts.push(now);
  }
}

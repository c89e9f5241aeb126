import type { RateLimit } from '../../types/effects.ts';

/** Counts the beginnings of one effect's runs: at most `max` in any window of `per` milliseconds, in this process. */
export class RateWindow {
  #begun: number[] = [];

  /** How many more may begin now. */
  room({ max, per }: RateLimit, now: number): number {
    this.#begun = this.#begun.filter((time) => time > now - per && time <= now);
    return Math.max(0, max - this.#begun.length);
  }

  /** When there will be room. Epoch milliseconds. */
  next({ max, per }: RateLimit): number {
    const oldest = this.#begun[this.#begun.length - max];
    return oldest === undefined ? 0 : oldest + per;
  }

  begin(now: number, count: number): void {
    for (let left = count; left > 0; left--) this.#begun.push(now);
  }
}

import type { ModuleLimits } from '../types/foreign.ts';
import { ModuleFailure } from './module-error.ts';

/** Bounds the calls of one module at the same time, and those that wait for a place. */
export class Bulkhead {
  readonly #limits: Pick<ModuleLimits, 'concurrency' | 'queue'>;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limits: Pick<ModuleLimits, 'concurrency' | 'queue'>) {
    this.#limits = limits;
  }

  /**
   * Takes a place. Returns a promise only if the call has to wait.
   *
   * @param deadline `performance.now()` at which the wait ends
   * @throws {ModuleFailure} when too many calls wait, or the wait takes too long
   */
  enter(deadline: number): void | Promise<void> {
    if (this.#running < this.#limits.concurrency) {
      this.#running++;
      return undefined;
    }
    if (this.#waiting.size >= this.#limits.queue)
      throw new ModuleFailure('unavailable', 'too many calls wait for it.', false);
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(enter);
        reject(new ModuleFailure('late', 'the calls before this one took too long.', false));
      }, deadline - performance.now());
      this.#waiting.add(enter);
    });
  }

  /** Gives the place to the call that has waited longest. */
  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

import type { ModuleLimits } from '../types/foreign.ts';
import { ModuleFailure } from './module-error.ts';

/**
 * Circuit breaker: after some failures in a row, calls fail at once for a while. Then one call tries
 * the module again.
 */
export class Breaker {
  readonly #limits: Pick<ModuleLimits, 'failures' | 'pause'>;
  #failures = 0;
  /** `performance.now()` before which calls fail at once. */
  #closedUntil = 0;
  #isTrying = false;

  constructor(limits: Pick<ModuleLimits, 'failures' | 'pause'>) {
    this.#limits = limits;
  }

  /** @throws {ModuleFailure} when calls fail at once */
  enter(): void {
    if (this.#failures < this.#limits.failures) return;
    if (this.#isTrying || performance.now() < this.#closedUntil)
      throw new ModuleFailure('unavailable', 'its last calls failed, so it is not called.', false);
    this.#isTrying = true;
  }

  succeed(): void {
    this.#failures = 0;
    this.#isTrying = false;
  }

  fail(): void {
    this.#failures++;
    this.#isTrying = false;
    this.#closedUntil = performance.now() + this.#limits.pause;
  }

  /** Ends a call that says nothing about the module, such as one that its client left. */
  leave(): void {
    this.#isTrying = false;
  }
}

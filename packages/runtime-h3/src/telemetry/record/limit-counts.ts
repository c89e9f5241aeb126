import type { Logger } from '../../types/context.ts';
import type { LimitName } from '../../types/limits.ts';

/** Milliseconds in which each limit is logged at most once. */
const LOG_INTERVAL = 60_000;

/** How often this process was at each limit. */
export type LimitMetrics = Partial<Record<LimitName, number>>;

/** Counts how often a process was at each of its limits. */
export class LimitCounts {
  readonly counts: LimitMetrics = {};
  readonly #logger: Logger | undefined;
  /** `performance.now()` of the last line about a limit. */
  readonly #logged: Partial<Record<LimitName, number>> = {};

  /** @param logger for warnings about limits of the server itself */
  constructor(logger?: Logger) {
    this.#logger = logger;
  }

  /** Counts a request or a message that is over a limit. Only its client causes this. */
  add(limit: LimitName): void {
    this.counts[limit] = (this.counts[limit] ?? 0) + 1;
  }

  /**
   * Counts that the server is at a limit, and logs a warning: an attack or too little capacity may
   * be the cause.
   */
  report(limit: LimitName): void {
    this.add(limit);
    const now = performance.now();
    if (now - (this.#logged[limit] ?? -Infinity) < LOG_INTERVAL) return;
    this.#logged[limit] = now;
    this.#logger?.warn('the server is at a limit', { limit, count: this.counts[limit] });
  }
}

/** All {@link RunOutcome}s. */
export const RUN_OUTCOMES = ['completed', 'retried', 'dead', 'interrupted'] as const;

/**
 * How an attempt ended. `interrupted`: the process ended, or lost the lease, so another attempt does
 * the work.
 */
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

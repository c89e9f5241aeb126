/**
 * How an attempt ended. `interrupted`: the process ended, or lost the lease, so another attempt does
 * the work.
 */
export type RunOutcome = 'completed' | 'retried' | 'dead' | 'interrupted';

import type { TimeRange } from '../../types/telemetry-source.ts';

/** Lengths of the steps of metrics that a store has, in milliseconds. */
export const STEP = 10_000;
export const LONG_STEP = 300_000;
export const HOUR_STEP = 3_600_000;

/** Maximum number of stored steps that one query reads. Each has the metrics of all routes. */
const MOST_READ = 1000;

/**
 * Returns the minimum length in milliseconds of the steps of a range: 10 seconds, 5 minutes or an
 * hour. A query for shorter ones would read too much.
 */
export function leastStep({ from, to }: TimeRange): number {
  return [STEP, LONG_STEP].find((step) => (to - from) / step <= MOST_READ) ?? HOUR_STEP;
}

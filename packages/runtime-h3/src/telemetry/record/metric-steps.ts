import type { TimeRange } from '../../types/telemetry-source.ts';

/** Lengths of the steps of metrics that a store has, in milliseconds. */
export const STEP = 10_000;
export const LONG_STEP = 300_000;
export const HOUR_STEP = 3_600_000;
/** The step with which a page shows a month. */
export const LONGEST_STEP = 21_600_000;

/**
 * Maximum number of stored steps that one query reads, and of steps that it returns. Each has the
 * metrics of all routes: with 600 series, a query at both limits takes about 300 ms of CPU.
 */
const MOST_READ = 750;
const MOST_STEPS = 150;

/** Returns the length of the stored steps that a query of this range reads. */
export function storedStep({ from, to }: TimeRange): number {
  return [STEP, LONG_STEP].find((step) => (to - from) / step <= MOST_READ) ?? HOUR_STEP;
}

/**
 * Returns the minimum length in milliseconds of the steps of a range. A query for shorter steps
 * would take too long.
 */
export function leastStep(range: TimeRange): number {
  const stored = storedStep(range);
  const parts = Math.ceil((range.to - range.from) / MOST_STEPS / stored);
  return stored * Math.max(1, parts);
}

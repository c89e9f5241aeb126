import type { RetryPolicy } from '../../types/effects.ts';

/**
 * Returns the milliseconds before the next attempt: `delay × factor^(attempt - 1)`, at most `max`.
 * The second half of the pause is random, so that jobs that failed together do not retry together.
 */
export function backoffDelay(
  policy: Omit<Required<RetryPolicy>, 'attempts'>,
  attempt: number,
  random: () => number = Math.random,
): number {
  const { delay, factor, max } = policy;
  const longest = Math.min(max, delay * factor ** (attempt - 1));
  return Math.round(longest / 2 + (longest / 2) * random());
}

import type { RetryPolicy } from '../../types/effects.ts';

/**
 * Milliseconds before the next attempt: `delay × factor^(attempt - 1)`, at most `max`, of which the second half is drawn,
 * so that jobs that failed together don't come back together.
 */
export function backoffDelay(
  policy: Omit<Required<RetryPolicy>, 'attempts'>,
  attempt: number,
  random: () => number = Math.random,
): number {
  const { delay, factor, max } = policy;
  const whole = Math.min(max, delay * factor ** (attempt - 1));
  return Math.round(whole / 2 + (whole / 2) * random());
}

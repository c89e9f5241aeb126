import type { RetryPolicy } from './types.ts';

export const DEFAULT_RETRY: Required<RetryPolicy> = { attempts: 5, delay: 1000, factor: 2, max: 5 * 60_000 };

/**
 * Milliseconds before the next attempt: `delay × factor^(attempt - 1)`, at most `max`, of which the second half is drawn,
 * so that jobs that failed together don't come back together.
 */
export function toBackoff(policy: RetryPolicy, attempt: number, random: () => number = Math.random): number {
  const { delay, factor, max } = { ...DEFAULT_RETRY, ...policy };
  const whole = Math.min(max, delay * factor ** (attempt - 1));
  return Math.round(whole / 2 + (whole / 2) * random());
}

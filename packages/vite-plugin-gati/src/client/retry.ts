import type { RetryOptions } from './options.ts';

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** Statuses that a retry can't change: the method or the HTTP version is not implemented. */
const FINAL = new Set([501, 505]);

/** `RetryOptions` with all defaults filled in. */
export interface RetryPolicy {
  attempts: number;
  delay: number;
  max: number;
}

/** Resolves the options of a call. A call that must not be sent twice gets one attempt. */
export function resolveRetryPolicy(
  options: RetryOptions | false | undefined,
  method: string,
  mayRepeat: boolean,
): RetryPolicy {
  const { attempts = 3, delay = 200, max = 10_000 } = options || {};
  return {
    attempts: options === false || !(mayRepeat || IDEMPOTENT.has(method)) ? 1 : attempts,
    delay,
    max,
  };
}

/**
 * Returns the milliseconds until the next attempt, or `undefined` if the result is final.
 *
 * @param status 0 for a lost connection or a timeout
 */
export function pauseBefore(
  attempt: number,
  status: number,
  retryAfter: string | null,
  policy: RetryPolicy,
): number | undefined {
  const retryable =
    status === 0 || status === 408 || status === 429 || (status >= 500 && !FINAL.has(status));
  if (!retryable || attempt >= policy.attempts) return undefined;
  const requested = readRetryAfter(retryAfter);
  if (requested !== undefined) return requested <= policy.max ? requested : undefined;
  const full = Math.min(policy.max, policy.delay * 2 ** (attempt - 1));
  // Half of the pause is random, so that clients that failed together don't come back together.
  return full / 2 + (Math.random() * full) / 2;
}

/** Reads `Retry-After`: seconds or a date (RFC 9110, section 10.2.3), as milliseconds from now. */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Resolves after a time, or immediately when the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    if (signal?.aborted) done();
    else signal?.addEventListener('abort', done, { once: true });
  });
}

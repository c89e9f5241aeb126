import type { RetryOptions } from './options.ts';

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
// The server will not know the method or the version of HTTP better a second later.
const FINAL = new Set([501, 505]);

export interface RetryPolicy {
  attempts: number;
  delay: number;
  max: number;
}

/** A call that must not be made twice has one attempt. */
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

/** Milliseconds until the next attempt; `undefined`: what there is stays. `status` 0 is a lost connection or a timeout. */
export function pauseBefore(
  attempt: number,
  status: number,
  retryAfter: string | null,
  policy: RetryPolicy,
): number | undefined {
  const worthIt =
    status === 0 || status === 408 || status === 429 || (status >= 500 && !FINAL.has(status));
  if (!worthIt || attempt >= policy.attempts) return undefined;
  const asked = readRetryAfter(retryAfter);
  if (asked !== undefined) return asked <= policy.max ? asked : undefined;
  const full = Math.min(policy.max, policy.delay * 2 ** (attempt - 1));
  // Half of it is chance, so that clients that failed together don't come back together.
  return full / 2 + (Math.random() * full) / 2;
}

/** Seconds or a date (RFC 9110, section 10.2.3), as milliseconds from now. */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Resolves early when the signal aborts. */
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

import { setTimeout as sleep } from 'node:timers/promises';
import { discard, type HttpResponse } from './request.ts';

export interface RetryOptions {
  /** Maximum number of tries of a request; 5 by default. */
  tries?: number;
  /**
   * Milliseconds of the pause before the second try, doubled for each further try; {@link PAUSE} by
   * default.
   */
  pause?: number;
  signal?: AbortSignal;
}

export const PAUSE = 500;
const PAUSE_LIMIT = 30_000;
/** Errors of a connection after which another try may succeed. */
const PASSING = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ECONNABORTED',
]);

/**
 * Sends a request again while the server is busy (429), fails (5xx) or breaks the connection. A pause
 * follows `Retry-After`, at most 30 seconds.
 *
 * @param attempt sends the request; a stream body must be opened by each call
 */
export async function withRetry(
  attempt: (count: number) => Promise<HttpResponse>,
  { tries = 5, pause = PAUSE, signal }: RetryOptions = {},
): Promise<HttpResponse> {
  for (let count = 1; ; count++) {
    let wait: number;
    try {
      const response = await attempt(count);
      const { status } = response;
      if ((status !== 429 && status < 500) || status === 501 || count >= tries) return response;
      wait = pauseAfter(count, pause, response);
      discard(response);
    } catch (error) {
      if (count >= tries || !isPassing(error)) throw error;
      wait = pauseAfter(count, pause);
    }
    await sleep(wait, undefined, { signal });
  }
}

/**
 * Returns the milliseconds to wait after the try number `count`: those that the server requests,
 * otherwise more for each try.
 */
export function pauseAfter(count: number, pause: number, response?: HttpResponse): number {
  const asked = Number(response?.headers['retry-after']) * 1000;
  return Math.min(asked > 0 ? asked : pause * 2 ** (count - 1), PAUSE_LIMIT);
}

export function isPassing(error: unknown): boolean {
  const { code, message = '' } = (error ?? {}) as { code?: string; message?: string };
  return (code !== undefined && PASSING.has(code)) || /^no byte from |socket hang up/.test(message);
}

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Milliseconds that a call waits for a store that is unavailable, for example while it restarts.
 */
export const RETRY_TIMEOUT = 20_000;

/**
 * Runs `work` again while the store is unavailable, for at most `milliseconds`. Then throws the
 * last error. `work` must be safe to run twice.
 */
export async function retryWhileUnavailable<Value>(
  work: () => Promise<Value>,
  isOutage: (error: unknown) => boolean,
  { milliseconds = RETRY_TIMEOUT, signal }: { milliseconds?: number; signal?: AbortSignal } = {},
): Promise<Value> {
  const until = Date.now() + milliseconds;
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || signal?.aborted || Date.now() + wait > until) throw error;
      await sleep(wait);
    }
  }
}

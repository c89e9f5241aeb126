import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds for which a call waits for a store that is away, as while it restarts. */
export const RETRY_TIMEOUT = 20_000;

/** Tries again while the store is away, for at most `milliseconds`; then throws what the last try threw. Only for what may happen twice. */
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

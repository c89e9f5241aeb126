import type { QueueDriver } from '../../ports.ts';

/** Milliseconds for which the paused effects of the queue are not read again. */
const FRESH = 1000;

/**
 * Returns a function that resolves to the names of the paused effects. A pause therefore applies
 * about a second later at most, in all processes.
 */
export function createPauses(driver: QueueDriver): () => Promise<ReadonlySet<string>> {
  let paused: ReadonlySet<string> = new Set();
  let readAt = -Infinity;
  return async () => {
    if (driver.paused === undefined || performance.now() - readAt < FRESH) return paused;
    paused = new Set((await driver.paused()).map(({ effect }) => effect));
    readAt = performance.now();
    return paused;
  };
}

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Length of the pause after a batch, in multiples of the duration of the batch. A burst of items
 * therefore becomes few batches.
 */
const PAUSE = 3;
/** Maximum milliseconds of a pause. */
const MAX_PAUSE = 300;

/**
 * Applies items one batch after another. The first item is applied at once. Items that arrive
 * during a batch, or soon after it, form the next batch.
 */
export interface Batches<Item> {
  /** Resolves when the item is applied. */
  add(item: Item): Promise<void>;
}

export function createBatches<Item>(apply: (items: Item[]) => Promise<void>): Batches<Item> {
  let waiting: { items: Item[]; applied: Promise<void> } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let pauseEnd = 0;

  async function run(items: Item[]): Promise<void> {
    const pause = pauseEnd - performance.now();
    if (pause > 1) await sleep(pause);
    waiting = undefined;
    const begun = performance.now();
    try {
      await apply(items);
    } finally {
      const end = performance.now();
      pauseEnd = end + Math.min(MAX_PAUSE, PAUSE * (end - begun));
    }
  }

  return {
    add(item) {
      if (waiting) waiting.items.push(item);
      else {
        const items = [item];
        const applied = last.then(() => run(items));
        last = applied.catch(() => undefined);
        waiting = { items, applied };
      }
      return waiting.applied;
    },
  };
}

/** Applies items one batch after another. Items that come meanwhile form the next batch. */
export interface Batches<Item> {
  /** Resolves when the item is applied. */
  add(item: Item): Promise<void>;
}

export function createBatches<Item>(apply: (items: Item[]) => Promise<void>): Batches<Item> {
  let waiting: { items: Item[]; applied: Promise<void> } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    add(item) {
      if (waiting) waiting.items.push(item);
      else {
        const items = [item];
        const applied = last.then(() => {
          waiting = undefined;
          return apply(items);
        });
        last = applied.catch(() => undefined);
        waiting = { items, applied };
      }
      return waiting.applied;
    },
  };
}

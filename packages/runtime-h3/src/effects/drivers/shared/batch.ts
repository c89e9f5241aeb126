export interface BatchOptions<In, Out> {
  /** Sends the items in one round trip. Resolves to a result for each, in order. */
  send(items: In[]): Promise<Out[]>;
  /** Largest total weight of a round trip, in the unit of `weigh`. */
  limit: number;
  /** Weight of an item; 1 by default. */
  weigh?(item: In): number;
  /** The error is not caused by an item, so the items are not sent again one by one. */
  isOutage(error: unknown): boolean;
}

export interface Batch<In, Out> {
  /** Resolves to the result of the item. */
  add(item: In): Promise<Out>;
  /** Resolves when all added items are sent. */
  idle(): Promise<void>;
}

interface Waiting<In, Out> {
  item: In;
  resolve(value: Out): void;
  reject(error: unknown): void;
}

/**
 * Combines items into round trips. Items added during a round trip go together in the next one, in
 * order. Without a round trip, an item waits until the end of this turn of the event loop.
 */
export function createBatch<In, Out>({
  send,
  limit,
  weigh = () => 1,
  isOutage,
}: BatchOptions<In, Out>): Batch<In, Out> {
  let waiting: Waiting<In, Out>[] = [];
  let running: Promise<void> | undefined;

  const takeNext = (): Waiting<In, Out>[] => {
    let weight = 0;
    let count = 0;
    while (count < waiting.length) {
      weight += weigh(waiting[count]!.item);
      if (count > 0 && weight > limit) break;
      count++;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  };

  const deliver = async (batch: Waiting<In, Out>[]): Promise<void> => {
    try {
      const results = await send(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      // An item that the store rejects must not fail the others.
      if (batch.length > 1 && !isOutage(error)) for (const one of batch) await deliver([one]);
      else for (const { reject } of batch) reject(error);
    }
  };

  const run = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await deliver(takeNext());
    running = undefined;
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= run();
      }),
    idle: async () => running,
  };
}

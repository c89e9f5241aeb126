export interface BatchOptions<In, Out> {
  /** One round trip; gives an answer for each, in order. */
  send(items: In[]): Promise<Out[]>;
  /** The most that one round trip takes, in the unit of `weigh`. */
  limit: number;
  /** 1 by default. */
  weigh?(item: In): number;
  /** Whether the items can't be to blame, so that they are not tried one by one. */
  isOutage(error: unknown): boolean;
}

export interface Batch<In, Out> {
  add(item: In): Promise<Out>;
  /** Resolves when what was added is delivered. */
  idle(): Promise<void>;
}

interface Waiting<In, Out> {
  item: In;
  resolve(value: Out): void;
  reject(error: unknown): void;
}

/**
 * What comes while a round trip is under way goes together in the next, in the order in which it came.
 * When nothing is under way it waits for the rest of this turn of the event loop only.
 */
export function createBatch<In, Out>({
  send,
  limit,
  weigh = () => 1,
  isOutage,
}: BatchOptions<In, Out>): Batch<In, Out> {
  let waiting: Waiting<In, Out>[] = [];
  let running: Promise<void> | undefined;

  const take = (): Waiting<In, Out>[] => {
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
      const answers = await send(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(answers[index]!));
    } catch (error) {
      // One that the store refuses must not fail the others.
      if (batch.length > 1 && !isOutage(error)) for (const one of batch) await deliver([one]);
      else for (const { reject } of batch) reject(error);
    }
  };

  const run = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await deliver(take());
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

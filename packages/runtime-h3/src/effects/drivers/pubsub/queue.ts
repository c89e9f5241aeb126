import { createBatch } from '../shared/batch.ts';
import type { Message, MessageQueue } from '../cloud/service.ts';
import { CALL, CODE, codeOf, isOutage } from './errors.ts';
import type { PubSubClients } from './connection.ts';

/** What one call takes. */
const BYTES = 9_500_000;
const ENTRIES = 1000;
/** Megabytes may take their time. */
const SEND = { ...CALL, timeout: 60_000 };
/** A call that waits ends when the service thinks fit; this is for one that is forgotten. Milliseconds. */
const BEYOND = 10_000;
/** The receipt counts no more: another has the message, or it is gone. */
const LOST: ReadonlySet<unknown> = new Set([
  CODE.invalidArgument,
  CODE.failedPrecondition,
  CODE.notFound,
]);

/** Whole seconds; later is right, earlier is not. */
const toSeconds = (milliseconds: number): number =>
  Math.min(600, Math.max(0, Math.ceil(milliseconds / 1000)));

export function createPubSubQueue(
  { publisher, subscriber }: PubSubClients,
  topic: string,
  subscription: string,
): MessageQueue {
  const sends = createBatch<string, void>({
    limit: BYTES,
    weigh: (body) => Math.max(BYTES / ENTRIES, Buffer.byteLength(body)),
    isOutage,
    async send(bodies) {
      await publisher.publish(
        { topic, messages: bodies.map((body) => ({ data: Buffer.from(body) })) },
        SEND,
      );
      return bodies.map(() => undefined);
    },
  });
  const acks = createBatch<string, boolean>({
    limit: ENTRIES,
    isOutage: (error) => isOutage(error),
    async send(ackIds) {
      await subscriber.acknowledge({ subscription, ackIds }, CALL);
      return ackIds.map(() => true);
    },
  });
  const holds = createBatch<{ receipt: string; seconds: number }, boolean>({
    limit: ENTRIES,
    isOutage,
    async send(items) {
      const bySeconds = new Map<number, string[]>();
      for (const { receipt, seconds } of items)
        bySeconds.set(seconds, [...(bySeconds.get(seconds) ?? []), receipt]);
      await Promise.all(
        [...bySeconds].map(([ackDeadlineSeconds, ackIds]) =>
          subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds }, CALL),
        ),
      );
      return items.map(() => true);
    },
  });
  /** `false`: the service says that it is not theirs. */
  const unlessLost = (asked: Promise<boolean>): Promise<boolean> =>
    asked.catch((error: unknown) => {
      if (LOST.has(codeOf(error))) return false;
      throw error;
    });

  const pull = async (maxMessages: number, wait: number): Promise<Omit<Message, 'until'>[]> => {
    try {
      const [{ receivedMessages }] = await subscriber.pull(
        { subscription, maxMessages, ...(wait === 0 && { returnImmediately: true }) },
        { ...CALL, timeout: wait + BEYOND },
      );
      return (receivedMessages ?? []).map(({ ackId, message, deliveryAttempt }) => ({
        receipt: ackId!,
        body: Buffer.from((message?.data as Uint8Array | undefined) ?? '').toString(),
        deliveries: Math.max(1, deliveryAttempt ?? 1),
        sentAt:
          Number(message?.publishTime?.seconds ?? 0) * 1000 +
          (message?.publishTime?.nanos ?? 0) / 1e6,
      }));
    } catch (error) {
      if (codeOf(error) === CODE.deadline) return [];
      throw error;
    }
  };

  return {
    send: ({ body }) => sends.add(body),

    async receive(count, lease, wait, signal) {
      const pulled = pull(count, wait);
      const got = await (signal ? unlessAborted(pulled, signal) : pulled);
      if (!got) {
        // What comes nevertheless is given back.
        void pulled
          .then((late) =>
            Promise.all(late.map(({ receipt }) => holds.add({ receipt, seconds: 0 }))),
          )
          .catch(() => undefined);
        return [];
      }
      const seconds = toSeconds(lease + 500);
      const asked = performance.now();
      const kept = await Promise.all(
        got.map(({ receipt }) => unlessLost(holds.add({ receipt, seconds }))),
      );
      return got
        .filter((_, index) => kept[index])
        .map((one): Message => ({ ...one, until: asked + seconds * 1000 }));
    },

    hide: async (receipt, milliseconds) =>
      (await unlessLost(holds.add({ receipt, seconds: toSeconds(milliseconds) })))
        ? receipt
        : undefined,

    remove: (receipt) => unlessLost(acks.add(receipt)),
  };
}

/** `undefined`: it is not waited for any more. */
function unlessAborted<Value>(
  work: Promise<Value>,
  signal: AbortSignal,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

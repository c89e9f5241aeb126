import { createBatch } from '../shared/batch.ts';
import type { Message, MessageQueue } from '../cloud/service.ts';
import { CALL, CODE, codeOf, isOutage } from './errors.ts';
import type { PubSubClients } from './connection.ts';

/** Maximum number of bytes in one call. */
const MAX_BYTES = 9_500_000;
/** Maximum number of entries of one call. */
const MAX_ENTRIES = 1000;
/** Options of a call that may send megabytes. */
const SEND_CALL = { ...CALL, timeout: 60_000 };
/**
 * Milliseconds that a call has after its wait, before the driver aborts it. The service normally
 * ends the wait itself.
 */
const PULL_GRACE = 10_000;
/** The receipt is no longer valid: the message is gone, or another receiver has it. */
const LOST: ReadonlySet<unknown> = new Set([
  CODE.invalidArgument,
  CODE.failedPrecondition,
  CODE.notFound,
]);

/** Pub/Sub counts in whole seconds. Rounds up: a message may come later, never earlier. */
const toSeconds = (milliseconds: number): number =>
  Math.min(600, Math.max(0, Math.ceil(milliseconds / 1000)));

export function createPubSubQueue(
  { publisher, subscriber }: PubSubClients,
  topic: string,
  subscription: string,
): MessageQueue {
  const sends = createBatch<string, void>({
    limit: MAX_BYTES,
    weigh: (body) => Math.max(MAX_BYTES / MAX_ENTRIES, Buffer.byteLength(body)),
    isOutage,
    async send(bodies) {
      await publisher.publish(
        { topic, messages: bodies.map((body) => ({ data: Buffer.from(body) })) },
        SEND_CALL,
      );
      return bodies.map(() => undefined);
    },
  });
  const acks = createBatch<string, boolean>({
    limit: MAX_ENTRIES,
    isOutage,
    async send(ackIds) {
      await subscriber.acknowledge({ subscription, ackIds }, CALL);
      return ackIds.map(() => true);
    },
  });
  const hides = createBatch<{ receipt: string; seconds: number }, boolean>({
    limit: MAX_ENTRIES,
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
  /** Resolves to `false` if the receipt is no longer valid. */
  const unlessLost = (call: Promise<boolean>): Promise<boolean> =>
    call.catch((error: unknown) => {
      if (LOST.has(codeOf(error))) return false;
      throw error;
    });

  const pull = async (maxMessages: number, wait: number): Promise<Omit<Message, 'until'>[]> => {
    try {
      const [{ receivedMessages }] = await subscriber.pull(
        { subscription, maxMessages, ...(wait === 0 && { returnImmediately: true }) },
        { ...CALL, timeout: wait + PULL_GRACE },
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
      const received = await (signal ? unlessAborted(pulled, signal) : pulled);
      if (!received) {
        // Messages that still arrive are made available to others.
        void pulled
          .then((late) =>
            Promise.all(late.map(({ receipt }) => hides.add({ receipt, seconds: 0 }))),
          )
          .catch(() => undefined);
        return [];
      }
      const seconds = toSeconds(lease + 500);
      const extendedAt = performance.now();
      const kept = await Promise.all(
        received.map(({ receipt }) => unlessLost(hides.add({ receipt, seconds }))),
      );
      return received
        .filter((_, index) => kept[index])
        .map((message): Message => ({ ...message, until: extendedAt + seconds * 1000 }));
    },

    hide: async (receipt, milliseconds) =>
      (await unlessLost(hides.add({ receipt, seconds: toSeconds(milliseconds) })))
        ? receipt
        : undefined,

    remove: (receipt) => unlessLost(acks.add(receipt)),
  };
}

/** Resolves to `undefined` when the signal aborts first. */
function unlessAborted<Value>(
  work: Promise<Value>,
  signal: AbortSignal,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

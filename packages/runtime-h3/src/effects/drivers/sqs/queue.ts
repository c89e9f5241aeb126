import type { SQSClient } from '@aws-sdk/client-sqs';
import { type Batch, createBatch } from '../shared/batch.ts';
import type { Message, MessageQueue, OutgoingMessage } from '../cloud/service.ts';
import { isOutage } from './errors.ts';
import type { Sdk } from './connection.ts';

/** Maximum number of entries of one call. */
const MAX_ENTRIES = 10;
/** Maximum number of bytes of all entries of one call. */
const MAX_BYTES = 1_048_576;
const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
] as const;
/** The receipt is no longer valid: the message is gone, or another receiver has it. */
const LOST = /MessageNotInflight|ReceiptHandleIsInvalid|InvalidParameterValue/;

/** SQS counts in whole seconds. Rounds up: a message may come later, never earlier. */
const toSeconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000);

interface Entry {
  Id: string;
}

interface BatchResult {
  Failed?: { Id?: string; Code?: string; Message?: string; SenderFault?: boolean }[];
}

export function createSqsQueue(sdk: Sdk, client: SQSClient, QueueUrl: string): MessageQueue {
  /**
   * Combines simultaneous requests into one call. An item resolves to its error, or to `undefined`.
   */
  const batch = <In>(
    limit: number,
    weigh: (item: In) => number,
    send: (items: (In & Entry)[]) => Promise<BatchResult>,
  ): Batch<In, Error | undefined> =>
    createBatch({
      limit,
      weigh,
      isOutage,
      async send(items) {
        const { Failed = [] } = await send(
          items.map((item, index) => ({ ...item, Id: String(index) })),
        );
        const failed = new Map(Failed.map(({ Id, ...failure }) => [Id, toError(failure)]));
        return items.map((_, index) => failed.get(String(index)));
      },
    });

  // An entry weighs at least a tenth of the limit, so that ten entries fill a call.
  const sends = batch<{ MessageBody: string; DelaySeconds: number }>(
    MAX_BYTES,
    ({ MessageBody }) => Math.max(MAX_BYTES / MAX_ENTRIES, Buffer.byteLength(MessageBody)),
    (Entries) => client.send(new sdk.SendMessageBatchCommand({ QueueUrl, Entries })),
  );
  const removals = batch<{ ReceiptHandle: string }>(
    MAX_ENTRIES,
    () => 1,
    (Entries) => client.send(new sdk.DeleteMessageBatchCommand({ QueueUrl, Entries })),
  );
  const hides = batch<{ ReceiptHandle: string; VisibilityTimeout: number }>(
    MAX_ENTRIES,
    () => 1,
    (Entries) => client.send(new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })),
  );

  return {
    async send({ body, delay }: OutgoingMessage) {
      const failed = await sends.add({
        MessageBody: body,
        DelaySeconds: Math.min(900, toSeconds(delay)),
      });
      if (failed) throw failed;
    },

    async receive(count, lease, wait, abortSignal) {
      const calledAt = performance.now();
      // The visibility of a message counts from a moment after `calledAt` that SQS does not report.
      // A call that waits longer than the lease would therefore treat each message as lost.
      const WaitTimeSeconds = Math.floor(Math.min(wait, Math.max(lease, 1000)) / 1000);
      // Half a second longer, so that a message still has a full lease when it arrives.
      const VisibilityTimeout = Math.max(toSeconds(lease + 500), WaitTimeSeconds + 1);
      const { Messages = [] } = await client.send(
        new sdk.ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: Math.min(count, MAX_ENTRIES),
          VisibilityTimeout,
          WaitTimeSeconds,
          MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
        }),
        { ...(abortSignal && { abortSignal }) },
      );
      return Messages.map(({ Body, ReceiptHandle, Attributes }): Message => ({
        body: Body!,
        receipt: ReceiptHandle!,
        deliveries: Math.max(1, Number(Attributes?.ApproximateReceiveCount ?? 1)),
        until: calledAt + VisibilityTimeout * 1000,
        sentAt: Number(Attributes?.SentTimestamp ?? 0),
      }));
    },

    async hide(receipt, milliseconds) {
      const failed = await hides.add({
        ReceiptHandle: receipt,
        VisibilityTimeout: toSeconds(milliseconds),
      });
      if (!failed) return receipt;
      if (LOST.test(failed.name)) return undefined;
      throw failed;
    },

    async remove(receipt) {
      const failed = await removals.add({ ReceiptHandle: receipt });
      if (failed && !LOST.test(failed.name)) throw failed;
      return !failed;
    },

    async counts() {
      const { Attributes = {} } = await client.send(
        new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] }),
      );
      const [ready, delayed, hidden] = COUNTS.map((name) => Number(Attributes[name] ?? 0));
      return { ready: ready!, delayed: delayed!, hidden: hidden! };
    },
  };
}

function toError({
  Code = 'Unknown',
  Message = 'no reason was given',
}: {
  Code?: string;
  Message?: string;
}): Error {
  const error = new Error(`${Code}: ${Message}`);
  error.name = Code;
  return error;
}

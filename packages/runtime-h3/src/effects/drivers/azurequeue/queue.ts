import type { QueueClient } from '@azure/storage-queue';
import type { Message, MessageQueue } from '../cloud/service.ts';
import { isLost } from './errors.ts';

/** Azure counts in whole seconds; later is right, earlier is not. */
const toSeconds = (milliseconds: number): number => Math.max(0, Math.ceil(milliseconds / 1000));
const FOR_EVER = -1;
/** The service speaks XML, in which not all text stays what it is; base64 is what its own tools expect. */
const encode = (body: string): string => Buffer.from(body).toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString();

export function createAzureQueue(client: QueueClient): MessageQueue {
  /** Each change gives the message another receipt, and the one before counts no more. */
  const update = async (
    receipt: string,
    milliseconds: number,
    body?: string,
  ): Promise<string | undefined> => {
    const [id, pop] = split(receipt);
    try {
      const { popReceipt } = await client.updateMessage(
        id,
        pop,
        body === undefined ? undefined : encode(body),
        toSeconds(milliseconds),
      );
      return `${id} ${popReceipt}`;
    } catch (error) {
      if (isLost(error)) return undefined;
      throw error;
    }
  };

  return {
    async send({ body, delay }) {
      await client.sendMessage(encode(body), {
        visibilityTimeout: toSeconds(delay),
        messageTimeToLive: FOR_EVER,
      });
    },

    async receive(count, lease) {
      const asked = performance.now();
      const visibilityTimeout = toSeconds(lease + 500);
      const { receivedMessageItems } = await client.receiveMessages({
        numberOfMessages: count,
        visibilityTimeout,
      });
      return receivedMessageItems.map(
        ({ messageId, popReceipt, messageText, dequeueCount, insertedOn }): Message => ({
          body: decode(messageText),
          receipt: `${messageId} ${popReceipt}`,
          deliveries: Math.max(1, dequeueCount),
          until: asked + visibilityTimeout * 1000,
          sentAt: insertedOn.getTime(),
        }),
      );
    },

    hide: (receipt, milliseconds) => update(receipt, milliseconds),
    replace: (receipt, { body, delay }) => update(receipt, delay, body),

    async remove(receipt) {
      try {
        await client.deleteMessage(...split(receipt));
        return true;
      } catch (error) {
        if (isLost(error)) return false;
        throw error;
      }
    },

    async counts() {
      const { approximateMessagesCount = 0 } = await client.getProperties();
      return { ready: approximateMessagesCount, delayed: 0, hidden: 0 };
    },
  };
}

function split(receipt: string): [id: string, pop: string] {
  const at = receipt.indexOf(' ');
  return [receipt.slice(0, at), receipt.slice(at + 1)];
}

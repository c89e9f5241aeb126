import type { QueueClient } from '@azure/storage-queue';
import type { Message, MessageQueue } from '../cloud/service.ts';
import { isLost } from './errors.ts';

/** Azure counts in whole seconds. Rounds up: a message may come later, never earlier. */
const toSeconds = (milliseconds: number): number => Math.max(0, Math.ceil(milliseconds / 1000));
/** Time to live of a message that does not expire. */
const FOREVER = -1;
/** Base64, which Azure's own tools expect: the service uses XML, which changes some text. */
const encode = (body: string): string => Buffer.from(body).toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString();

export function createAzureQueue(client: QueueClient): MessageQueue {
  /** Each change gives the message a new receipt; the previous one is no longer valid. */
  const update = async (
    receipt: string,
    milliseconds: number,
    body?: string,
  ): Promise<string | undefined> => {
    const [id, popReceipt] = split(receipt);
    try {
      const updated = await client.updateMessage(
        id,
        popReceipt,
        body === undefined ? undefined : encode(body),
        toSeconds(milliseconds),
      );
      return `${id} ${updated.popReceipt}`;
    } catch (error) {
      if (isLost(error)) return undefined;
      throw error;
    }
  };

  return {
    async send({ body, delay }) {
      await client.sendMessage(encode(body), {
        visibilityTimeout: toSeconds(delay),
        messageTimeToLive: FOREVER,
      });
    },

    async receive(count, lease) {
      const calledAt = performance.now();
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
          until: calledAt + visibilityTimeout * 1000,
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

/** Splits `ID POP_RECEIPT`. */
function split(receipt: string): [id: string, popReceipt: string] {
  const at = receipt.indexOf(' ');
  return [receipt.slice(0, at), receipt.slice(at + 1)];
}

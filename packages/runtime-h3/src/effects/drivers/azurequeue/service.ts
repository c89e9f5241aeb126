import { GatiError } from '@gati/contract';
import type { MessageService } from '../cloud/service.ts';
import { connectQueues } from './connection.ts';
import { isOutage, type StorageError } from './errors.ts';
import { createAzureQueue } from './queue.ts';

const WEEK = 7 * 24 * 60 * 60_000;

export async function createAzureService(account: string): Promise<MessageService> {
  const client = await connectQueues(account);
  return {
    // 64 KiB in base64.
    limits: { maxBody: 49_152, maxDelay: WEEK - 60_000, maxHide: WEEK - 60_000, maxBatch: 32 },
    isOutage,
    async open(name) {
      const queue = client.getQueueClient(name);
      await queue.createIfNotExists().catch((cause: unknown) => {
        throw isOutage(cause) ? cause : unusableQueueError(name, cause);
      });
      return createAzureQueue(queue);
    },
    async listNames(prefix) {
      const names: string[] = [];
      for await (const { name } of client.listQueues({ prefix })) names.push(name);
      return names;
    },
    close: async () => {},
  };
}

function unusableQueueError(name: string, cause: unknown): GatiError {
  const { code, message = '' } = cause as StorageError;
  return new GatiError(
    {
      code: 'GATI_EFFECTS_QUEUE',
      message: `The queue "${name}" in Azure Storage can't be used: ${typeof code === 'string' ? `${code}: ` : ''}${message.split('\n')[0]}`,
      fix: `Check account and credentials; they need the role Storage Queue Data Contributor. To create the queue: az storage queue create --name ${name}`,
    },
    { cause },
  );
}

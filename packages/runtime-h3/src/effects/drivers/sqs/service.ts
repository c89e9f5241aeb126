import { GatiError } from '@gati/contract';
import type { MessageService } from '../cloud/service.ts';
import { importSdk } from './connection.ts';
import { createSqsQueue } from './queue.ts';
import { isOutage, nameOf } from './errors.ts';

/** Longest retention that SQS allows: 14 days. Seconds. */
const RETENTION = '1209600';
/**
 * Maximum number of sockets. Each effect has one waiting call, in addition to the calls that send
 * and settle.
 */
const SOCKETS = 1000;

export async function createSqsService(region: string): Promise<MessageService> {
  const sdk = await importSdk();
  // An emulator gives a queue its own address, which may not be reachable from here.
  const hasEndpoint = Boolean(process.env.AWS_ENDPOINT_URL_SQS || process.env.AWS_ENDPOINT_URL);
  const client = new sdk.SQSClient({
    ...(region !== '' && { region }),
    useQueueUrlAsEndpoint: !hasEndpoint,
    requestHandler: {
      httpAgent: { maxSockets: SOCKETS },
      httpsAgent: { maxSockets: SOCKETS },
      connectionTimeout: 5000,
    },
  });

  const findOrCreate = async (QueueName: string): Promise<string> => {
    try {
      return (await client.send(new sdk.GetQueueUrlCommand({ QueueName }))).QueueUrl!;
    } catch (error) {
      if (!/QueueDoesNotExist|NonExistentQueue/.test(nameOf(error))) throw error;
    }
    const Attributes = { MessageRetentionPeriod: RETENTION, ReceiveMessageWaitTimeSeconds: '20' };
    return (await client.send(new sdk.CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!;
  };

  return {
    limits: {
      maxBody: 1_048_576,
      maxDelay: 900_000,
      maxHide: 12 * 60 * 60_000 - 60_000,
      maxBatch: 10,
      maxWait: 20_000,
    },
    isOutage,
    async open(name) {
      const url = await findOrCreate(name).catch((cause: unknown) => {
        throw isOutage(cause) ? cause : unusableQueueError(name, cause);
      });
      return createSqsQueue(sdk, client, url);
    },
    async listNames(QueueNamePrefix) {
      const names: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await client
          .send(new sdk.ListQueuesCommand({ QueueNamePrefix, MaxResults: 1000, NextToken }))
          .catch((error: unknown) => {
            if (/AccessDenied|NotAuthorized/i.test(nameOf(error))) return undefined;
            throw error;
          });
        if (!page) return undefined;
        names.push(...(page.QueueUrls ?? []).map((url) => url.slice(url.lastIndexOf('/') + 1)));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return names;
    },
    close: async () => client.destroy(),
  };
}

function unusableQueueError(name: string, cause: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_EFFECTS_QUEUE',
      message: `The queue "${name}" in Amazon SQS can't be used: ${nameOf(cause)}: ${(cause as Error).message}`,
      fix: `Check region and credentials. Allow sqs:CreateQueue, or create the queue: aws sqs create-queue --queue-name ${name} --attributes MessageRetentionPeriod=${RETENTION}`,
    },
    { cause },
  );
}

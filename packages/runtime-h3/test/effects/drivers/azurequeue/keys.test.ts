import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AZURITE_ACCOUNT, startAzurite } from '../../../../../../test/servers/azurite.ts';
import { open as openAzure } from '../../../../src/effects/drivers/azurequeue/driver.ts';
import type { QueueDriver } from '../../../../src/ports.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';

const server = await startAzurite();
if ('reason' in server) console.warn(`SKIPPED, keys of a queue in blobs: ${server.reason}`);

const settings = { onError: (error: Error) => console.error(error) };

describe.skipIf('reason' in server)('Azure Storage with its keys in blobs', () => {
  if ('reason' in server) return;
  process.env.AZURE_STORAGE_CONNECTION_STRING = server.url;
  beforeAll(
    async () =>
      void (await BlobServiceClient.fromConnectionString(server.url)
        .getContainerClient('keys')
        .create()),
  );
  afterAll(() => server.stop());

  let prefixes = 0;
  const another = (): Promise<QueueDriver> =>
    openAzure(
      `azurequeue://${AZURITE_ACCOUNT}/t${prefixes}?state=azblob://${AZURITE_ACCOUNT}/keys/t${prefixes}`,
      settings,
    );
  const open = (): Promise<QueueDriver> => {
    prefixes++;
    return another();
  };

  describeDriver('Azure Storage with keys', {
    caps: {
      durable: true,
      shared: true,
      maxDelay: 604_740_000,
      maxPayload: 49_152 - 4096,
      keyMemory: Infinity,
      ordered: false,
    },
    without: ['saveProgress', 'purge', 'onReady', 'list', 'due', 'cancel', 'paused'],
    only: 'keys',
    open,
    another,
    wait: pause,
    now: Date.now,
  });

  test('a missing container is an error at start', async () => {
    const address = `azurequeue://${AZURITE_ACCOUNT}/gati?state=azblob://${AZURITE_ACCOUNT}/missing`;
    await expect(openAzure(address, settings)).rejects.toMatchObject({
      code: 'GATI_EFFECTS_STATE',
    });
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import { AZURITE_ACCOUNT, startAzurite } from '../../../../../../test/servers/azurite.ts';
import { open as openAzure } from '../../../../src/effects/drivers/azurequeue/driver.ts';
import type { QueueDriver } from '../../../../src/ports.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';

const server = await startAzurite();
if ('reason' in server) console.warn(`SKIPPED, the queue in Azure Storage: ${server.reason}`);

const settings = { onError: (error: Error) => console.error(error) };

describe.skipIf('reason' in server)('Azure Storage', () => {
  if ('reason' in server) return;
  process.env.AZURE_STORAGE_CONNECTION_STRING = server.url;
  afterAll(() => server.stop());

  let prefixes = 0;
  const another = (): Promise<QueueDriver> =>
    openAzure(`azurequeue://${AZURITE_ACCOUNT}/t${prefixes}`, settings);
  const open = (): Promise<QueueDriver> => {
    prefixes++;
    return another();
  };

  describeDriver('Azure Storage', {
    caps: {
      durable: true,
      shared: true,
      maxDelay: 604_740_000,
      maxPayload: 49_152 - 4096,
      keyMemory: 0,
      ordered: false,
    },
    without: ['saveProgress', 'purge', 'onReady', 'list', 'due', 'cancel', 'paused'],
    open,
    another,
    wait: pause,
    now: Date.now,
  });

  test('stored steps survive a killed process', async () => {
    const driver = await open();
    const job = {
      id: 'one',
      effect: 'a',
      payload: '{}',
      priority: 0,
      release: '1.0.0',
      runAt: Date.now(),
    };
    await driver.enqueue([job]);
    const [lease] = await driver.claim([{ effect: 'a', count: 1 }], 1000);
    expect(await driver.saveStep!(lease!, 'charge', '1')).toBe(true);
    await pause(2100);
    const [again] = await driver.claim([{ effect: 'a', count: 1 }], 1000);
    expect(again!.job).toMatchObject({ attempt: 2, steps: { charge: '1' } });
    await driver.close();
  });

  test('an invalid address is an error', async () => {
    await expect(openAzure('azurequeue://', settings)).rejects.toMatchObject({
      code: 'GATI_EFFECTS',
    });
    await expect(openAzure('azurequeue://another/gati', settings)).rejects.toMatchObject({
      code: 'GATI_EFFECTS',
    });
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import { GCS_BUCKET, startFakeGcs } from '../../../../../../test/servers/fake-gcs.ts';
import { startPstest } from '../../../../../../test/servers/pstest.ts';
import { open as openPubSub } from '../../../../src/effects/drivers/pubsub/driver.ts';
import type { QueueDriver } from '../../../../src/ports.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';

const servers = [await startPstest(), await startFakeGcs()] as const;
const missing = servers.find((server) => 'reason' in server);
if (missing && 'reason' in missing)
  console.warn(`SKIPPED, keys of a queue in Google Cloud Storage: ${missing.reason}`);

const settings = { onError: (error: Error) => console.error(error) };

describe.skipIf(missing)('Pub/Sub with its keys in Google Cloud Storage', () => {
  const [queues, objects] = servers;
  if ('reason' in queues || 'reason' in objects) return;
  Object.assign(process.env, {
    PUBSUB_EMULATOR_HOST: queues.url,
    STORAGE_EMULATOR_HOST: objects.url,
    METADATA_SERVER_DETECTION: 'none',
  });
  afterAll(async () => {
    await Promise.all([queues.stop(), objects.stop()]);
  });

  let prefixes = 0;
  const another = (): Promise<QueueDriver> =>
    openPubSub(`pubsub://my-project/t${prefixes}?state=gs://${GCS_BUCKET}/t${prefixes}`, settings);
  const open = (): Promise<QueueDriver> => {
    prefixes++;
    return another();
  };

  describeDriver('Pub/Sub with keys', {
    caps: {
      durable: true,
      shared: true,
      maxDelay: 600_000,
      maxPayload: 9_000_000 - 4096,
      keyMemory: Infinity,
      ordered: false,
    },
    without: ['saveProgress', 'purge', 'list', 'due', 'cancel', 'paused'],
    counts: false,
    open,
    another,
    wait: pause,
    now: Date.now,
  });

  test('enqueue waits while the key store is unavailable for a moment', async () => {
    const driver = await open();
    await objects.halt();
    const job = {
      id: 'one',
      effect: 'a',
      payload: '{}',
      priority: 0,
      release: '1.0.0',
      runAt: Date.now(),
      idempotencyKey: 'k',
    };
    const enqueued = driver.enqueue([job]);
    await pause(1500);
    await objects.restart();
    expect(await enqueued).toEqual(['one']);
    await driver.close();
  });

  test('a missing bucket is an error at start', async () => {
    const address = 'pubsub://my-project/gati?state=gs://missing';
    await expect(openPubSub(address, settings)).rejects.toMatchObject({
      code: 'GATI_EFFECTS_STATE',
      message: expect.stringMatching(/gs:\/\/missing can't be used: Error: Not Found$/m),
    });
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import { startPstest } from '../../../../../../test/servers/pstest.ts';
import { open as openPubSub } from '../../../../src/effects/drivers/pubsub/driver.ts';
import type { QueueDriver } from '../../../../src/ports.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';

const server = await startPstest();
if ('reason' in server) console.warn(`SKIPPED, the queue in Pub/Sub: ${server.reason}`);

const settings = { onError: (error: Error) => console.error(error) };

describe.skipIf('reason' in server)('Pub/Sub', () => {
  if ('reason' in server) return;
  Object.assign(process.env, {
    PUBSUB_EMULATOR_HOST: server.url,
    METADATA_SERVER_DETECTION: 'none',
  });
  afterAll(() => server.stop());

  let prefixes = 0;
  const another = (): Promise<QueueDriver> =>
    openPubSub(`pubsub://my-project/t${prefixes}`, settings);
  const open = (): Promise<QueueDriver> => {
    prefixes++;
    return another();
  };

  describeDriver('Pub/Sub', {
    caps: {
      durable: true,
      shared: true,
      maxDelay: 600_000,
      maxPayload: 9_000_000 - 4096,
      keyMemory: 0,
      ordered: false,
    },
    without: ['saveProgress', 'purge', 'list', 'due', 'cancel', 'paused'],
    counts: false,
    open,
    another,
    wait: pause,
    now: Date.now,
  });

  test('a delayed job starts with attempt 1 after it was hidden, and with a later one after its process was killed', async () => {
    const driver = await open();
    const claim = async (): Promise<number[]> =>
      (await driver.claim([{ effect: 'a', count: 5 }], 1000)).map(({ job }) => job.attempt);
    await driver.enqueue([
      {
        id: 'one',
        effect: 'a',
        payload: '{}',
        priority: 0,
        release: '1.0.0',
        runAt: Date.now() + 1500,
      },
    ]);
    const attempts: number[] = [];
    await expect.poll(async () => attempts.push(...(await claim()))).toBeGreaterThan(0);
    await pause(2100);
    await expect.poll(async () => attempts.push(...(await claim()))).toBeGreaterThan(1);
    expect(attempts[0]).toBe(1);
    expect(attempts[1]).toBeGreaterThan(1);
    await driver.close();
  });

  test('an invalid address is an error', async () => {
    await expect(openPubSub('pubsub://', settings)).rejects.toMatchObject({ code: 'GATI_EFFECTS' });
  });
});

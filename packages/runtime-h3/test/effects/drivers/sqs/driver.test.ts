import { afterAll, describe, expect, test } from 'vitest';
import { startFauxqs } from '../../../../../../test/servers/fauxqs.ts';
import { open as openSqs } from '../../../../src/effects/drivers/sqs/driver.ts';
import type { Lease, QueueDriver } from '../../../../src/ports.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';

const server = await startFauxqs();
if ('reason' in server) console.warn(`SKIPPED, the queue in SQS: ${server.reason}`);

const settings = { onError: (error: Error) => console.error(error) };

describe.skipIf('reason' in server)('SQS', () => {
  if ('reason' in server) return;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: server.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  afterAll(() => server.stop());

  let prefixes = 0;
  const another = (): Promise<QueueDriver> => openSqs(`sqs://eu-west-1/t${prefixes}`, settings);
  const open = (): Promise<QueueDriver> => {
    prefixes++;
    return another();
  };

  describeDriver('SQS', {
    caps: {
      durable: true,
      shared: true,
      maxDelay: 900_000,
      maxPayload: 1_048_576 - 4096,
      keyMemory: 0,
      ordered: false,
    },
    without: ['saveProgress', 'purge', 'list', 'due', 'cancel', 'paused'],
    open,
    another,
    wait: pause,
    now: Date.now,
  });

  test('claims a message that comes after the call has waited longer than the lease', async () => {
    const lease = 1000;
    const queue = await open();
    let calls = 0;
    queue.onReady!(() => calls++);
    const claim = (): Promise<Lease[]> => queue.claim([{ effect: 'a', count: 1 }], lease);
    expect(await claim()).toEqual([]);
    await pause(2.5 * lease);
    const job = { id: 'late', payload: '1', priority: 0, release: '1.0.0', runAt: Date.now() };
    await queue.enqueue([{ ...job, effect: 'a' }]);
    await expect.poll(() => calls).toBeGreaterThan(0);
    expect(await claim()).toMatchObject([{ job: { effect: 'a', attempt: 1 } }]);
    await queue.close();
  });

  test('the region may be left to the SDK, and an invalid address is an error', async () => {
    process.env.AWS_REGION = 'eu-west-1';
    await (await openSqs('sqs://', settings)).close();
    await expect(openSqs('sqs://eu-west-1/a-b', settings)).rejects.toMatchObject({
      code: 'GATI_EFFECTS',
    });
    await expect(openSqs('sqs://eu-west-1/gati?secret=x', settings)).rejects.toMatchObject({
      code: 'GATI_EFFECTS',
    });
  });
});

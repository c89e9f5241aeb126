import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startRedis } from '../../../../../../test/servers/redis.ts';
import { open } from '../../../../src/effects/drivers/redis/driver.ts';
import type { Lease, NewJob, QueueDriver } from '../../../../src/ports.ts';

const server = await startRedis();
if ('reason' in server) console.warn(`SKIPPED, waking in Redis: ${server.reason}`);

/** Less than the 5 seconds for which the driver waits without a message. Milliseconds. */
const SOON = 4000;

describe.skipIf('reason' in server)('ready messages of Redis', () => {
  if ('reason' in server) return;
  const admin = new Redis(server.url, { lazyConnect: true });
  let address: string;
  let told: string[];
  let queues: QueueDriver[];
  beforeEach(() => {
    address = `${server.url}?prefix=wake-${randomUUID()}`;
    told = [];
    queues = [];
  });
  afterEach(async () => {
    for (const queue of queues) await queue.close();
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  const connect = async (): Promise<QueueDriver> => {
    const queue = await open(address, {
      onError: (error) => void told.push(error.message.split('\n')[0]!),
      onBack: () => void told.push('back'),
    });
    queues.push(queue);
    return queue;
  };
  const job = (): NewJob => ({
    id: randomUUID(),
    effect: 'a',
    payload: '{}',
    priority: 0,
    runAt: Date.now(),
    release: '1.0.0',
  });

  /** Claims at each callback, as an engine does. */
  function work(queue: QueueDriver): { calls(): number; leases: Lease[] } {
    const leases: Lease[] = [];
    let calls = 0;
    queue.onReady!(() => {
      calls++;
      void queue.claim([{ effect: 'a', count: 10 }], 60_000).then((found) => leases.push(...found));
    });
    return { calls: () => calls, leases };
  }
  const settled = async (worker: { calls(): number }): Promise<void> => {
    let before = -1;
    while (before !== worker.calls()) {
      before = worker.calls();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  test('the process that enqueues a job claims it immediately, with one callback', async () => {
    const queue = await connect();
    // The server now has the script.
    await queue.enqueue([job()]);
    const worker = work(queue);
    await settled(worker);
    const before = worker.calls();
    await queue.enqueue([job()]);
    await expect.poll(() => worker.leases.length, { timeout: SOON, interval: 5 }).toBe(2);
    await settled(worker);
    expect(worker.calls() - before).toBe(1);
  });

  test('another process claims a new job immediately', async () => {
    const worker = work(await connect());
    await settled(worker);
    const producer = await connect();
    await producer.enqueue([job()]);
    await expect.poll(() => worker.leases.length, { timeout: SOON, interval: 5 }).toBe(1);
  });

  test('a job is claimed immediately after the server has forgotten its scripts', async () => {
    const queue = await connect();
    await queue.enqueue([job()]);
    const worker = work(queue);
    await settled(worker);
    expect(worker.leases).toHaveLength(1);
    await admin.call('SCRIPT', 'FLUSH');
    // The server has the claim script again, so it runs the claim and not the enqueue before it.
    await (await connect()).claim([{ effect: 'b', count: 1 }], 60_000);
    await queue.enqueue([job()]);
    await expect.poll(() => worker.leases.length, { timeout: SOON, interval: 5 }).toBe(2);
  });

  test('a job is claimed immediately after the subscription was lost, and the outage and its end are reported', async () => {
    const worker = work(await connect());
    await settled(worker);
    const clients = String(await admin.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    for (const [, id] of clients.matchAll(/\bid=(\d+)/g))
      await admin.call('CLIENT', 'KILL', 'ID', id!);
    await expect.poll(() => told).toEqual([expect.stringContaining('GATI_EFFECTS_AWAY'), 'back']);
    await settled(worker);
    const producer = await connect();
    await producer.enqueue([job()]);
    await expect.poll(() => worker.leases.length, { timeout: SOON, interval: 5 }).toBe(1);
    expect(told).toHaveLength(2);
  });
});

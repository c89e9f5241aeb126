import { afterAll, describe, expect, test } from 'vitest';
import { startRedis } from '../../../../test/servers/redis.ts';
import { open as openRedis } from '../../src/effects/drivers/redis/index.ts';
import type { QueueDriver } from '../../src/ports.ts';
import { describeDriver, pause } from './driver-conformance.ts';
import { testRestart } from './driver-restart.ts';

const server = await startRedis();
if ('reason' in server) console.warn(`SKIPPED, the queue in Redis: ${server.reason}`);

describe.skipIf('reason' in server)('Redis', () => {
  if ('reason' in server) return;
  afterAll(() => server.stop());

  let prefixes = 0;
  const another = (): Promise<QueueDriver> => openRedis(`${server.url}?prefix=queue-${prefixes}`, { onError: () => {} });
  const open = (): Promise<QueueDriver> => {
    prefixes++;
    return another();
  };

  describeDriver('Redis', {
    caps: { durable: true, shared: true, maxDelay: Infinity, keys: Infinity, ordered: true },
    open,
    another,
    wait: pause,
    now: Date.now,
  });

  testRestart({ server, fresh: () => void prefixes++, open: another, signals: ['SIGTERM', 'SIGKILL'] });

  test('what cannot be reached is said without the password', async () => {
    await expect(openRedis(server.url.replace('redis://', 'redis://nobody:secret@'), { onError: () => {} })).rejects.toMatchObject({
      code: 'GATI_EFFECTS_AWAY',
      message: expect.not.stringContaining('secret'),
    });
  });
});

import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { startRedis } from '../../../../../../test/servers/redis.ts';
import { open as openRedis } from '../../../../src/effects/drivers/redis/driver.ts';
import type { QueueDriver } from '../../../../src/ports.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';
import { testRestart } from '../../helpers/driver-suite/restart.ts';

const server = await startRedis();
if ('reason' in server) console.warn(`SKIPPED, the queue in Redis: ${server.reason}`);

describe.skipIf('reason' in server)('Redis', () => {
  if ('reason' in server) return;
  afterAll(() => server.stop());

  let prefixes = 0;
  const another = (): Promise<QueueDriver> =>
    openRedis(`${server.url}?prefix=queue-${prefixes}`, { onError: () => {} });
  const open = (): Promise<QueueDriver> => {
    prefixes++;
    return another();
  };

  describeDriver('Redis', {
    caps: { durable: true, shared: true, maxDelay: Infinity, keyMemory: Infinity, ordered: true },
    open,
    another,
    wait: pause,
    now: Date.now,
  });

  testRestart({
    server,
    fresh: () => void prefixes++,
    open: another,
    signals: ['SIGTERM', 'SIGKILL'],
  });

  test('an outage and its end are reported once', { timeout: 60_000 }, async () => {
    prefixes++;
    const told: string[] = [];
    const queue = await openRedis(`${server.url}?prefix=outage`, {
      onError: (error) => void told.push(error.message.split('\n')[0]!),
      onBack: () => void told.push('back'),
    });
    queue.onReady?.(() => {});
    expect(await queue.stats()).toMatchObject({ waiting: 0 });
    await server.halt('SIGKILL');
    await expect.poll(() => told.length, { timeout: 20_000 }).toBe(1);
    // The client tries to connect many times.
    await pause(2500);
    expect(told).toEqual([
      expect.stringMatching(/^GATI_EFFECTS_AWAY: The queue in Redis does not respond: /),
    ]);
    await server.restart();
    await expect.poll(() => told.at(-1), { timeout: 20_000 }).toBe('back');
    expect(told).toHaveLength(2);
    await queue.close();
  });

  test('the error for an unreachable server does not contain the password', async () => {
    await expect(
      openRedis(server.url.replace('redis://', 'redis://nobody:secret@'), { onError: () => {} }),
    ).rejects.toMatchObject({
      code: 'GATI_EFFECTS_AWAY',
      message: expect.not.stringContaining('secret'),
    });
  });

  test('a rejected password is reported as such', async () => {
    await expect(
      openRedis(server.url.replace('redis://', 'redis://nobody:secret@'), { onError: () => {} }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/: WRONGPASS [^]*\n {2}fix: Correct the user and password/),
    });
    const client = new Redis(server.url);
    await client.config('SET', 'requirepass', 'hunter2');
    try {
      await expect(openRedis(server.url, { onError: () => {} })).rejects.toMatchObject({
        message: expect.stringMatching(/NOAUTH [^]*\n {2}fix: Correct the user and password/),
      });
      await (
        await openRedis(server.url.replace('redis://', 'redis://:hunter2@'), { onError: () => {} })
      ).close();
    } finally {
      await client.config('SET', 'requirepass', '');
      client.disconnect();
    }
  });

  test('a database that the server does not have is an error instead of database 0', async () => {
    for (const path of ['/99', '/abc', '/1x', '/jobs/1', '?db=99'])
      await expect(
        openRedis(`${server.url}${path}`, { onError: () => {} }),
        path,
      ).rejects.toMatchObject({ code: 'GATI_EFFECTS' });
    for (const path of ['', '/', '/0', '/15', '/15?prefix=other'])
      await (await openRedis(`${server.url}${path}`, { onError: () => {} })).close();
    const queue = await openRedis(`${server.url}/15?prefix=fifteen`, { onError: () => {} });
    await queue.enqueue([
      { id: 'one', effect: 'a', payload: '{}', priority: 0, release: '1.0.0', runAt: Date.now() },
    ]);
    const client = new Redis(server.url);
    expect(await client.keys('{fifteen}:*')).toEqual([]);
    client.disconnect();
    await queue.close();
  });
});

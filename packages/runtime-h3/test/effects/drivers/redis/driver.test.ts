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

  test('a damaged job is set aside and reported, and costs no other job', async () => {
    const prefix = `queue-${++prefixes}`;
    const errors: string[] = [];
    const queue = await openRedis(`${server.url}?prefix=${prefix}`, {
      onError: (error) => void errors.push(error.message),
    });
    const client = new Redis(server.url);
    const key = (name: string): string => `{${prefix}}:${name}`;
    const damages: Record<string, (id: string) => Promise<unknown>> = {
      gone: (id) => client.del(key(`job:${id}`)),
      text: async (id) => {
        await client.del(key(`job:${id}`));
        await client.set(key(`job:${id}`), 'text');
      },
      attempt: (id) => client.hset(key(`job:${id}`), 'attempt', 'first'),
      payload: (id) => client.hdel(key(`job:${id}`), 'payload'),
      seq: (id) => client.hset(key(`job:${id}`), 'seq', '…'),
      priority: (id) => client.hdel(key(`job:${id}`), 'priority'),
      steps: async (id) => {
        await client.hset(key(`job:${id}`), 'stepped', 1);
        await client.set(key(`steps:${id}`), 'text');
      },
    };
    const names = Object.keys(damages);
    const job = (id: string, runAt = 0) => ({
      id,
      effect: 'mail',
      payload: '{}',
      priority: 0,
      release: '1.0.0',
      runAt,
    });
    // Each kind of damage among intact jobs that wait, and among those whose lease is over.
    await queue.enqueue(names.flatMap((name) => [job(name), job(`good ${name}`)]));
    await queue.enqueue(names.map((name) => job(`lost ${name}`, Date.now() + 50)));
    for (const name of names) {
      await damages[name]!(name);
      await damages[name]!(`lost ${name}`);
    }
    await pause(60);
    const ids: string[] = [];
    for (let round = 0; round < 3; round++) {
      const leases = await queue.claim([{ effect: 'mail', count: 100 }], 60_000);
      ids.push(...leases.map((lease) => lease.job.id));
    }
    expect(ids.sort()).toEqual(names.map((name) => `good ${name}`).sort());
    expect(errors).toHaveLength(2 * names.length);
    expect(errors[0]).toMatch(/^The job .+ is damaged in the queue and was set aside\.$/);
    const { jobs } = await queue.list!({ states: ['dead'], limit: 100 });
    expect(jobs.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['attempt', 'payload', 'seq', 'priority', 'steps', 'lost payload']),
    );
    expect(jobs[0]!.error).toMatch(/^The job is damaged in the queue: its \w+ (is|are) damaged\.$/);
    expect(await queue.due!()).toEqual([]);
    expect(await queue.stats()).toMatchObject({ waiting: 0, active: names.length });
    await client.quit();
    await queue.close();
  });

  test('an outage and its end are reported once', async () => {
    prefixes++;
    const told: string[] = [];
    const queue = await openRedis(`${server.url}?prefix=outage`, {
      onError: (error) => void told.push(error.message.split('\n')[0]!),
      onBack: () => void told.push('back'),
    });
    queue.onReady?.(() => {});
    expect(await queue.stats()).toMatchObject({ waiting: 0 });
    await server.halt('SIGKILL');
    await expect.poll(() => told.length).toBe(1);
    // The client tries to connect many times.
    await pause(2500);
    expect(told).toEqual([
      expect.stringMatching(/^GATI_EFFECTS_AWAY: The queue in Redis does not respond: /),
    ]);
    await server.restart();
    await expect.poll(() => told.at(-1)).toBe('back');
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

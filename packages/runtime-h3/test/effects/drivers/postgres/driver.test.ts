import { Client } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { createGlobalContext } from '../../../../src/global-context/create-global-context.ts';
import { ALL_QUEUES } from '../../../../src/effects/drivers/all-queues.ts';
import type { BundleEffect } from '../../../../src/types/bundle.ts';
import { bundle, context } from '../../../helpers/bundle.ts';
import { startPostgres } from '../../../../../../test/servers/postgres.ts';
import { open as openPostgres } from '../../../../src/effects/drivers/postgres/driver.ts';
import type { NewJob, QueueDriver } from '../../../../src/ports.ts';
import { testDamagedRows } from '../../helpers/driver-suite/damaged-rows.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';
import { testRestart } from '../../helpers/driver-suite/restart.ts';

const server = await startPostgres();
if ('reason' in server) console.warn(`SKIPPED, the queue in PostgreSQL: ${server.reason}`);

describe.skipIf('reason' in server)('PostgreSQL', () => {
  if ('reason' in server) return;
  afterAll(() => server.stop());

  let schemas = 0;
  const another = (): Promise<QueueDriver> =>
    openPostgres(`${server.url}?schema=queue_${schemas}`, { onError: () => {} });
  const open = (): Promise<QueueDriver> => {
    schemas++;
    return another();
  };

  describeDriver('PostgreSQL', {
    caps: {
      durable: true,
      shared: true,
      maxDelay: Infinity,
      keyMemory: Infinity,
      ordered: true,
      tx: true,
    },
    open,
    another,
    wait: pause,
    now: Date.now,
  });

  testDamagedRows({
    open,
    async damage(set, id) {
      const client = new Client(server.url);
      await client.connect();
      await client.query(`UPDATE queue_${schemas}.jobs SET ${set} WHERE id = $1`, [id]);
      await client.end();
    },
    mended: [['fence that can not be increased', 'fence = 9223372036854775807']],
    more: [
      ['list of steps', `steps = '["a"]'`],
      ['step without a text', `steps = '{"a":1}'`],
    ],
  });

  testRestart({
    server,
    fresh: () => void schemas++,
    open: another,
    // SIGQUIT is PostgreSQL's immediate shutdown: it recovers from its log as after a crash.
    signals: ['SIGINT', 'SIGQUIT'],
  });

  test('a job enqueued in a transaction exists once it commits, and only then', async () => {
    const driver = await open();
    const client = new Client(server.url);
    await client.connect();
    const put: NewJob = {
      id: 'tx-1',
      effect: 'a',
      payload: '1',
      priority: 0,
      release: '1.0.0',
      runAt: Date.now(),
      idempotencyKey: 'k',
    };
    let woken = 0;
    driver.onReady!(() => woken++);
    await client.query('BEGIN');
    expect(await driver.enqueue([put], client)).toEqual(['tx-1']);
    expect(await driver.claim([{ effect: 'a', count: 1 }], 1000)).toEqual([]);
    await client.query('ROLLBACK');
    expect(await driver.list!({ limit: 10 })).toEqual({ jobs: [] });
    await client.query('BEGIN');
    expect(
      await driver.enqueue(
        [
          { ...put, id: 'tx-2' },
          { ...put, id: 'tx-3' },
        ],
        client,
      ),
    ).toEqual(['tx-2', 'tx-2']);
    const before = woken;
    await client.query('COMMIT');
    await expect.poll(() => woken).toBeGreaterThan(before);
    expect(
      (await driver.claim([{ effect: 'a', count: 5 }], 1000)).map(({ job }) => job.id),
    ).toEqual(['tx-2']);
    await expect(driver.enqueue([put], 'no transaction')).rejects.toMatchObject({
      code: 'GATI_EFFECTS_TX',
    });
    await client.end();
    await driver.close();
  });

  test('a handler can enqueue in a transaction of gctx.db', async () => {
    schemas++;
    const ran: unknown[] = [];
    const file = { run: (payload: unknown) => void ran.push(payload) };
    const release = {
      ...bundle({}),
      effects: { note: { load: () => file } as unknown as BundleEffect },
    };
    const { logger } = context(release, []);
    const env = {
      GATI_DATABASE: server.url,
      GATI_EFFECTS: `${server.url}?schema=queue_${schemas}`,
    };
    const made = await createGlobalContext({
      release,
      mode: 'production',
      logger,
      announce: false,
      env,
      queues: ALL_QUEUES,
    });
    const { db, effects } = made.gctx;
    const enqueue = effects.enqueue as unknown as (
      name: string,
      payload: unknown,
      options: object,
    ) => Promise<unknown>;
    made.effects.start();
    const failed = db.transaction(async (tx) => {
      await enqueue('note', { n: 1 }, { tx });
      throw new Error('the order is wrong');
    });
    await expect(failed).rejects.toThrow('the order is wrong');
    await db.transaction(async (tx) => {
      await enqueue('note', { n: 2 }, { tx });
      await pause(300);
      expect(ran).toEqual([]);
    });
    await expect.poll(() => ran).toEqual([{ n: 2 }]);
    await made.dispose(1000);
  });

  test('a key can be used again a day after the end of its job', async () => {
    const driver = await open();
    const put = (id: string): Promise<string[]> =>
      driver.enqueue([
        {
          id,
          effect: 'a',
          payload: '1',
          priority: 0,
          release: '1.0.0',
          runAt: Date.now(),
          idempotencyKey: 'k',
        },
      ]);
    await put('one');
    const [lease] = await driver.claim([{ effect: 'a', count: 1 }], 60_000);
    await driver.ack(lease!);
    const day = 24 * 60 * 60 * 1000;
    const client = new Client(server.url);
    await client.connect();
    const age = (milliseconds: number): Promise<unknown> =>
      client.query(`UPDATE queue_${schemas}.jobs SET run_at = run_at - ${milliseconds}`);
    await age(day - 60_000);
    expect(await put('two')).toEqual(['one']);
    await age(120_000);
    expect(await put('two')).toEqual(['two']);
    await client.end();
    await driver.close();
  });

  test('processes that open a new queue at the same time create its schema once', async () => {
    schemas++;
    const drivers = await Promise.all([another(), another(), another(), another()]);
    expect(await Promise.all(drivers.map((driver) => driver.stats()))).toHaveLength(4);
    await Promise.all(drivers.map((driver) => driver.close()));
  });

  test('the error for an unreachable server does not contain the password', async () => {
    await expect(
      openPostgres('postgres://u:secret@127.0.0.1:1/x?schema=Bad-Name', { onError: () => {} }),
    ).rejects.toMatchObject({
      code: 'GATI_EFFECTS',
    });
    await expect(
      openPostgres(server.url.replace(/postgres$/, 'nowhere'), { onError: () => {} }),
    ).rejects.toMatchObject({
      code: 'GATI_EFFECTS_AWAY',
      message: expect.not.stringContaining('gati@'),
    });
  });
});

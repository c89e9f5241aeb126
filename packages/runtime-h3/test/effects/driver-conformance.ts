import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewJob, QueueDriver } from '../../src/ports.ts';

export interface DriverHarness {
  /** Over an empty queue each time. */
  open(): Promise<QueueDriver>;
  /** Lets at least this many milliseconds pass, for the driver's clock. */
  wait(milliseconds: number): Promise<void>;
  /** The clock by which `runAt` is read. */
  now(): number;
}

const LEASE = 1000;

/** What the engine relies on, for every driver alike. */
export function describeDriver(name: string, { open, wait, now }: DriverHarness): void {
  const job = (effect: string, more: Partial<NewJob> = {}): NewJob => ({
    id: randomUUID(),
    effect,
    payload: '{"n":1}',
    priority: 0,
    release: '1.0.0',
    runAt: now(),
    ...more,
  });

  describe(`queue driver: ${name}`, () => {
    let driver: QueueDriver;
    beforeEach(async () => {
      driver = await open();
    });
    afterEach(async () => {
      await driver.close();
    });
    const claim = (effect: string, count = 10): ReturnType<QueueDriver['claim']> => driver.claim([{ effect, count }], LEASE);

    test('gives a job once, as it was put', async () => {
      const put = job('mail', { payload: '{"text":"ünïcode \\u0000"}', priority: 3 });
      expect(await driver.enqueue([put])).toEqual([put.id]);
      const [lease] = await claim('mail');
      expect(lease!.job).toMatchObject({ id: put.id, effect: 'mail', payload: put.payload, attempt: 1, priority: 3, release: '1.0.0' });
      expect(await claim('mail')).toEqual([]);
      expect(await driver.ack(lease!, '"done"')).toBe(true);
      expect(await driver.stats()).toEqual({ waiting: 0, delayed: 0, active: 0, dead: 0 });
    });

    test('gives only what was asked for', async () => {
      await driver.enqueue([job('a'), job('a'), job('a'), job('b'), job('c')]);
      const leases = await driver.claim(
        [
          { effect: 'a', count: 2 },
          { effect: 'b', count: 5 },
        ],
        LEASE,
      );
      expect(leases.map((lease) => lease.job.effect).sort()).toEqual(['a', 'a', 'b']);
    });

    test('highest priority first, then in order', async () => {
      const jobs = [job('a'), job('a', { priority: 5 }), job('a'), job('a', { priority: 5 })];
      await driver.enqueue(jobs);
      const claimed = await claim('a');
      expect(claimed.map((lease) => lease.job.id)).toEqual([jobs[1], jobs[3], jobs[0], jobs[2]].map((one) => one!.id));
    });

    test('an exclusive effect has one active job', async () => {
      const jobs = [job('a'), job('a')];
      await driver.enqueue(jobs);
      const request = [{ effect: 'a', count: 1, exclusive: true }];
      const [first] = await driver.claim(request, LEASE);
      expect(first!.job.id).toBe(jobs[0]!.id);
      expect(await driver.claim(request, LEASE)).toEqual([]);
      await driver.ack(first!);
      expect((await driver.claim(request, LEASE))[0]!.job.id).toBe(jobs[1]!.id);
    });

    test('holds a delayed job until its time', async () => {
      await driver.enqueue([job('a', { runAt: now() + 300 })]);
      expect(await claim('a')).toEqual([]);
      expect(await driver.stats()).toMatchObject({ delayed: 1, waiting: 0 });
      await wait(350);
      expect(await claim('a')).toHaveLength(1);
    });

    test('calls back when something is due', async () => {
      if (!driver.onReady) return;
      const called = new Promise<void>((resolve) => {
        driver.onReady!(resolve);
      });
      await driver.enqueue([job('a')]);
      await called;
    });

    test('a key makes one job, also when it is asked for at once and after its end', async () => {
      const put = Array.from({ length: 5 }, () => job('a', { idempotencyKey: 'order-1' }));
      const ids = (await Promise.all(put.map((one) => driver.enqueue([one])))).flat();
      expect(new Set(ids).size).toBe(1);
      const [lease, ...more] = await claim('a');
      expect(more).toEqual([]);
      await driver.ack(lease!);
      expect(await driver.enqueue([job('a', { idempotencyKey: 'order-1' })])).toEqual([ids[0]]);
      expect(await claim('a')).toEqual([]);
    });

    test('the same key of another effect is another job', async () => {
      const ids = await driver.enqueue([job('a', { idempotencyKey: 'k' }), job('b', { idempotencyKey: 'k' })]);
      expect(new Set(ids).size).toBe(2);
    });

    test('a retried job comes back at its time with the next attempt', async () => {
      await driver.enqueue([job('a')]);
      const [first] = await claim('a');
      expect(await driver.retry(first!, now() + 200, 'boom')).toBe(true);
      expect(await claim('a')).toEqual([]);
      await wait(250);
      const [second] = await claim('a');
      expect(second!.job).toMatchObject({ id: first!.job.id, attempt: 2 });
      expect(second!.token).not.toBe(first!.token);
    });

    test('a lease that ran out gives the job to the next, and its holder can do nothing', async () => {
      await driver.enqueue([job('a')]);
      const [stale] = await claim('a');
      await wait(LEASE + 100);
      const [fresh] = await claim('a');
      expect(fresh!.job).toMatchObject({ id: stale!.job.id, attempt: 2 });
      expect(await driver.extend(stale!, LEASE)).toBe(false);
      expect(await driver.ack(stale!)).toBe(false);
      expect(await driver.retry(stale!, now(), 'late')).toBe(false);
      expect(await driver.dead(stale!, 'late')).toBe(false);
      expect(await driver.ack(fresh!)).toBe(true);
    });

    test('an extended lease holds', async () => {
      await driver.enqueue([job('a')]);
      const [lease] = await claim('a');
      await wait(LEASE / 2);
      expect(await driver.extend(lease!, LEASE)).toBe(true);
      await wait(LEASE / 2 + 100);
      expect(await claim('a')).toEqual([]);
      expect(await driver.ack(lease!)).toBe(true);
    });

    test('dead letters are kept and can be sent again', async () => {
      await driver.enqueue([job('a')]);
      const [lease] = await claim('a');
      expect(await driver.dead(lease!, 'no such account')).toBe(true);
      expect(await driver.stats()).toMatchObject({ dead: 1, active: 0 });
      expect(await claim('a')).toEqual([]);
      expect(await driver.redrive([lease!.job.id, 'unknown'])).toBe(1);
      const [again] = await claim('a');
      expect(again!.job).toMatchObject({ id: lease!.job.id, attempt: 1 });
    });

    test('lists by state and effect, page by page', async () => {
      if (!driver.list) return;
      await driver.enqueue([job('a'), job('a'), job('a', { runAt: now() + 60_000 }), job('b')]);
      const [lease] = await claim('b');
      await driver.dead(lease!, 'why');
      const first = await driver.list({ effects: ['a'], limit: 2 });
      expect(first.jobs).toHaveLength(2);
      const second = await driver.list({ effects: ['a'], limit: 2, cursor: first.next });
      expect(second.jobs.map(({ state }) => state)).toEqual(['delayed']);
      expect(second.next).toBeUndefined();
      expect((await driver.list({ states: ['dead'], limit: 10 })).jobs).toMatchObject([{ effect: 'b', state: 'dead', error: 'why' }]);
    });

    test('a cancelled job does not run', async () => {
      if (!driver.cancel) return;
      const [waiting, delayed, active] = [job('a'), job('a', { runAt: now() + 200 }), job('b')];
      await driver.enqueue([waiting, delayed, active]);
      await claim('b');
      expect(await driver.cancel([waiting.id, delayed.id, active.id])).toBe(2);
      await wait(250);
      expect(await claim('a')).toEqual([]);
    });
  });
}

import { randomUUID } from 'node:crypto';
import { WAIT_LIMIT } from '@gati/test-kit/wait';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStyle } from '../../../../src/command/style.ts';
import { ACTIONS } from '../../../../src/effects/command/actions.ts';
import { toNewJob } from '../../../../src/effects/enqueue/new-job.ts';
import type { ReleaseEffects } from '../../../../src/effects/engine/job-release.ts';
import type { ClaimRequest, Lease, NewJob, QueueCaps, QueueDriver } from '../../../../src/ports.ts';
import { describeKeys } from './keys.ts';
import { describeLooking } from './list-jobs.ts';
import { describeOrder } from './order.ts';
import { describeSharing } from './sharing.ts';
import { testIf } from '../only-if.ts';

/** Methods that a driver may lack. */
export type OptionalMethod =
  | 'saveStep'
  | 'saveProgress'
  | 'purge'
  | 'onReady'
  | 'list'
  | 'due'
  | 'cancel'
  | 'paused';
const OPTIONAL: OptionalMethod[] = [
  'saveStep',
  'saveProgress',
  'purge',
  'onReady',
  'list',
  'due',
  'cancel',
  'paused',
];

export interface DriverHarness {
  /** Expected capabilities of the driver. They decide which parts of the suite apply. */
  caps: QueueCaps;
  without?: OptionalMethod[];
  /** Opens an empty queue each time. */
  open(): Promise<QueueDriver>;
  /**
   * Opens the last queue again, as another process would. Needed for `caps.shared` and
   * `caps.durable`.
   */
  another?(): Promise<QueueDriver>;
  /** Advances the driver's clock by at least this many milliseconds. */
  wait(milliseconds: number): Promise<void>;
  /** Clock for `runAt`. Epoch milliseconds. */
  now(): number;
  /** `false`: the service does not count its jobs. */
  counts?: boolean;
  /** Tests only keys: another test runs the rest of the suite on the same queue. */
  only?: 'keys';
  /** Shortest lease of the driver. Milliseconds; 1000 by default. */
  lease?: number;
}

/** Helpers of the parts of the suite. */
export interface Bench extends DriverHarness {
  driver(): QueueDriver;
  has(method: OptionalMethod): boolean;
  job(effect: string, more?: Partial<NewJob>): NewJob;
  /**
   * Claims until it has `count` jobs, since some queues return few at a time. Leases are long by
   * default.
   */
  take(effect: string, count?: number, lease?: number): Promise<Lease[]>;
  /** Makes one claim. */
  claim(
    request: ClaimRequest | ClaimRequest[],
    lease?: number,
    driver?: QueueDriver,
  ): Promise<Lease[]>;
}

/** A release with one effect, `a`, which takes any payload. */
const RELEASE = {
  effects: () => ({ a: { payload: { check: () => true } } }),
  $defs: () => ({}),
  gctx: () => ({ release: { version: '1.0.0' } }),
} as unknown as ReleaseEffects;

export const LONG = 60_000;

/** Declares the tests that every driver has to pass, since the engine relies on them. */
export function describeDriver(name: string, harness: DriverHarness): void {
  const { caps, without = [], open, wait, now, lease: short = 1000, counts = true } = harness;
  describe(`queue driver: ${name}`, () => {
    let driver: QueueDriver;
    beforeEach(async () => {
      driver = await open();
    });
    afterEach(async () => {
      await driver.close();
    });

    const claim: Bench['claim'] = (request, lease = LONG, from = driver) =>
      from.claim([request].flat(), lease);
    const take: Bench['take'] = async (effect, count = 1, lease = LONG) => {
      const taken: Lease[] = [];
      const until = Date.now() + WAIT_LIMIT;
      for (;;) {
        taken.push(...(await claim({ effect, count: count - taken.length }, lease)));
        if (taken.length >= count || Date.now() > until) break;
        await pause(20);
      }
      expect(taken).toHaveLength(count);
      return taken;
    };
    const job: Bench['job'] = (effect, more) => ({
      id: randomUUID(),
      effect,
      payload: '{"n":1}',
      priority: 0,
      release: '1.0.0',
      runAt: now(),
      ...more,
    });
    const has: Bench['has'] = (method) => !without.includes(method);
    const bench: Bench = { ...harness, driver: () => driver, has, job, take, claim };

    test('declares the expected capabilities', () => {
      expect(driver.caps).toEqual(caps);
      expect(OPTIONAL.filter((method) => driver[method] === undefined)).toEqual(
        OPTIONAL.filter((method) => !has(method)),
      );
    });

    if (harness.only === 'keys') return describeKeys(bench);

    test('delivers a job once and unchanged', async () => {
      const put = job('mail', { payload: '{"text":"ünïcode \\u0000 \'\\"; --"}', priority: 3 });
      const [id] = await driver.enqueue([put]);
      expect(id).toBe(put.id);
      const [lease] = await take('mail');
      expect(lease!.job).toMatchObject({
        id,
        effect: 'mail',
        payload: put.payload,
        attempt: 1,
        priority: 3,
        release: '1.0.0',
      });
      expect(Math.abs(lease!.job.enqueuedAt - now())).toBeLessThan(60_000);
      expect(lease!.job.steps).toBeUndefined();
      expect(await claim({ effect: 'mail', count: 10 })).toEqual([]);
      expect(await driver.ack(lease!, '"done"')).toBe(true);
      expect(await driver.stats()).toEqual(
        counts ? { waiting: 0, delayed: 0, active: 0, dead: 0 } : undefined,
      );
    });

    test('claims only jobs of the requested effects, and no more than requested', async () => {
      await driver.enqueue([job('a'), job('a'), job('a'), job('b'), job('c')]);
      const requests = [
        { effect: 'a', count: 2 },
        { effect: 'b', count: 5 },
      ];
      const first = await claim(requests);
      expect(first.filter((lease) => lease.job.effect === 'a').length).toBeLessThanOrEqual(2);
      expect(first.filter((lease) => lease.job.effect === 'c')).toEqual([]);
      expect(await claim([])).toEqual([]);
    });

    test('delivers each of many simultaneous jobs once', async () => {
      const put = Array.from({ length: 250 }, (_, n) => job('many', { payload: String(n) }));
      expect(await driver.enqueue(put)).toEqual(put.map(({ id }) => id));
      const leases = await take('many', 250);
      expect(new Set(leases.map((lease) => lease.job.id)).size).toBe(250);
      expect(await Promise.all(leases.map((lease) => driver.ack(lease)))).not.toContain(false);
      expect(await claim({ effect: 'many', count: 10 })).toEqual([]);
    });

    test('accepts an empty list of jobs', async () => {
      expect(await driver.enqueue([])).toEqual([]);
    });

    test('stores a long payload unchanged', async () => {
      const payload = JSON.stringify(
        'x'.repeat(Math.min(caps.maxPayload ?? Infinity, 1_000_000) - 1000),
      );
      await driver.enqueue([job('long', { payload })]);
      expect((await take('long'))[0]!.job.payload).toBe(payload);
    });

    test('does not deliver a delayed job before its time', async () => {
      const delay = Math.min(caps.maxDelay, short);
      if (delay === 0) return;
      await driver.enqueue([job('a', { runAt: now() + delay })]);
      const early = now();
      const claimed = await claim({ effect: 'a', count: 1 });
      // If the machine was busy for long, the job has become due.
      if (now() - early < delay / 2) expect(claimed).toEqual([]);
      if (claimed.length > 0) return;
      await wait(delay);
      await take('a');
    });

    test('stores and delivers a job that was enqueued with a fractional delay', async () => {
      const put = await toNewJob('a', 1, { delay: 1.5 }, RELEASE, caps);
      expect(Number.isInteger(put.runAt)).toBe(true);
      await driver.enqueue([{ ...put, runAt: put.runAt - Date.now() + now() }]);
      await wait(5);
      expect((await take('a'))[0]!.job.id).toBe(put.id);
    });

    testIf(caps.maxDelay < Infinity)('stores notBefore for delays beyond maxDelay', async () => {
      const notBefore = now() + 60_000;
      await driver.enqueue([job('a', { notBefore })]);
      expect((await take('a'))[0]!.job.notBefore).toBe(notBefore);
    });

    test('stores the trace of a job for all of its attempts', async () => {
      const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      await driver.enqueue([job('a', { trace })]);
      const [first] = await take('a');
      expect(first!.job.trace).toBe(trace);
      await driver.retry(first!, now(), 'boom');
      const [second] = await take('a');
      expect(second!.job.trace).toBe(trace);
      const listed = await driver.list?.({ ids: [first!.job.id], limit: 1 });
      if (listed) expect(listed.jobs[0]!.trace).toBe(trace);
      await driver.ack(second!);
      await driver.enqueue([job('a')]);
      expect((await take('a'))[0]!.job).not.toHaveProperty('trace');
    });

    test('delivers a retried job with the next attempt number', async () => {
      await driver.enqueue([job('a')]);
      const [first] = await take('a');
      expect(await driver.retry(first!, now(), 'boom')).toBe(true);
      const [second] = await take('a');
      expect(second!.job).toMatchObject({
        id: first!.job.id,
        attempt: 2,
        payload: first!.job.payload,
      });
      expect(second!.token).not.toBe(first!.token);
      expect(await driver.ack(first!)).toBe(false);
      expect(await driver.ack(second!)).toBe(true);
    });

    test('does not deliver a retried job before its time', async () => {
      await driver.enqueue([job('a')]);
      const [first] = await take('a');
      await driver.retry(first!, now() + Math.min(caps.maxDelay, LONG), 'boom');
      expect(await claim({ effect: 'a', count: 1 })).toEqual([]);
    });

    test('delivers a job again when its lease expires, and rejects calls with the old lease', async () => {
      await driver.enqueue([job('a')]);
      const [stale] = await take('a', 1, short);
      await wait(short + 100);
      const [fresh] = await take('a');
      expect(fresh!.job).toMatchObject({ id: stale!.job.id, attempt: 2 });
      expect(await driver.extend(stale!, LONG)).toBe(false);
      expect(await driver.ack(stale!)).toBe(false);
      expect(await driver.retry(stale!, now(), 'late')).toBe(false);
      expect(await driver.dead(stale!, 'late')).toBe(false);
      expect(await driver.saveStep?.(stale!, 'late', '1')).not.toBe(true);
      expect(await driver.saveProgress?.(stale!, 50)).not.toBe(true);
      expect(await driver.extend(fresh!, LONG)).toBe(true);
      expect(await driver.ack(fresh!)).toBe(true);
      expect(await driver.ack(fresh!)).toBe(false);
    });

    test('keeps an extended lease', async () => {
      await driver.enqueue([job('a')]);
      let time = short;
      let [lease] = await take('a', 1, time);
      // On a busy machine the lease may end before it is extended.
      while (!(await driver.extend(lease!, LONG))) [lease] = await take('a', 1, (time *= 2));
      await wait(time + 100);
      expect(await claim({ effect: 'a', count: 1 })).toEqual([]);
      expect(await driver.ack(lease!)).toBe(true);
    });

    test('stores dead letters and redrives them', async () => {
      await driver.enqueue([job('a')]);
      const [lease] = await take('a');
      expect(await driver.dead(lease!, 'no such account')).toBe(true);
      if (counts) expect(await driver.stats()).toMatchObject({ dead: 1, active: 0 });
      expect(await claim({ effect: 'a', count: 1 })).toEqual([]);
      expect(await driver.redrive([lease!.job.id, 'unknown'])).toBe(1);
      expect(await driver.redrive([lease!.job.id])).toBe(0);
      const [again] = await take('a');
      expect(again!.job).toMatchObject({
        id: lease!.job.id,
        attempt: 1,
        payload: lease!.job.payload,
      });
      expect(await driver.ack(again!)).toBe(true);
    });

    test('redrives a job once per call, even if the job dies again during the call', async () => {
      await driver.enqueue([job('a'), job('a'), job('a')]);
      for (const lease of await take('a', 3)) await driver.dead(lease, 'boom');
      const runs: string[] = [];
      const over = new AbortController();
      const worker = (async () => {
        for (; !over.signal.aborted; await pause(10))
          for (const lease of await claim({ effect: 'a', count: 5 })) {
            runs.push(lease.job.id);
            await driver.dead(lease, 'boom');
          }
      })();
      try {
        expect(
          (
            await ACTIONS.redrive!({
              queue: driver,
              words: [],
              flags: {},
              style: createStyle(false),
            })
          ).document,
        ).toEqual({
          redriven: 3,
        });
        await expect.poll(() => runs.length).toBe(3);
        await pause(100);
      } finally {
        over.abort();
        await worker;
      }
      expect(new Set(runs).size).toBe(3);
      expect(runs).toHaveLength(3);
      // The other dead letters are available again.
      expect(await driver.redrive([runs[0]!])).toBe(1);
    });

    testIf(has('onReady'))('calls back when something is due, also later', async () => {
      let calls = 0;
      const stop = driver.onReady!(() => calls++);
      await claim({ effect: 'a', count: 1 });
      await driver.enqueue([job('a')]);
      await expect.poll(() => calls).toBeGreaterThan(0);
      stop();
    });

    testIf(has('saveStep'))(
      'steps are there at the next attempt, also after dead letters',
      async () => {
        await driver.enqueue([job('a')]);
        const [first] = await take('a');
        expect(await driver.saveStep!(first!, 'charge', '{"id":"ü"}')).toBe(true);
        expect(await driver.saveStep!(first!, 'mail', 'null')).toBe(true);
        await driver.retry(first!, now(), 'boom');
        const [second] = await take('a');
        expect(second!.job.steps).toEqual({ charge: '{"id":"ü"}', mail: 'null' });
        await driver.dead(second!, 'boom');
        await driver.redrive([second!.job.id]);
        expect((await take('a'))[0]!.job.steps).toEqual({ charge: '{"id":"ü"}', mail: 'null' });
      },
    );

    describeOrder(bench);
    describeKeys(bench);
    describeLooking(bench);
    describeSharing(bench);
  });
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

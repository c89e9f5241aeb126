import type { Schema } from '@gati/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { createMemoryDriver } from '../../../src/effects/drivers/memory/driver.ts';
import { createSchedules } from '../../../src/effects/engine/schedules.ts';
import type { EffectContext } from '../../../src/types/effects.ts';
import type { QueueDriver } from '../../../src/ports.ts';
import { fits } from '../../../src/validate/explain.ts';
import { type Opened, openEngine, toHome } from '../helpers/engine-kit.ts';

let opened: Opened | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await opened?.engine.drain(0);
  opened = undefined;
});

const schemaOf = (property: string): { schema: Schema; check(value: unknown): boolean } => {
  const schema: Schema = {
    type: 'object',
    properties: { [property]: { type: 'string' } },
    required: [property],
  };
  return { schema, check: (value) => fits(schema, {}, value) };
};
const dead = async ({ driver }: Opened): Promise<unknown> =>
  (await driver.list!({ states: ['dead'], limit: 10 })).jobs;

test('a stored step does not run again, and its result passes through JSON also the first time', async () => {
  const charge = vi.fn(() => ({ at: new Date(0), cents: 12n }));
  const nothing = vi.fn();
  const seen: unknown[] = [];
  opened = openEngine({
    pay: {
      retry: { attempts: 3 },
      run: async (_: never, { step, attempt }: EffectContext) => {
        seen.push(await step('charge', charge), await step('nothing', nothing));
        if (attempt < 3) throw new Error('later');
      },
    },
  });
  await opened.engine.enqueue('pay', {});
  await opened.engine.idle();
  expect(charge).toHaveBeenCalledTimes(1);
  expect(nothing).toHaveBeenCalledTimes(1);
  const once = [{ at: '1970-01-01T00:00:00.000Z', cents: '12' }, undefined];
  expect(seen).toEqual([...once, ...once, ...once]);
});

test('a second step with the same name in a run is an error', async () => {
  opened = openEngine({
    pay: {
      retry: { attempts: 1 },
      run: async (_: never, { step }: EffectContext) => [
        await step('a', () => 1),
        await step('a', () => 2),
      ],
    },
  });
  await opened.engine.enqueue('pay', {});
  await opened.engine.idle();
  expect(await dead(opened)).toMatchObject([
    { error: expect.stringContaining('GATI_EFFECT_STEP') },
  ]);
});

test('get() returns progress and result, and cancel() cancels a waiting job', async () => {
  opened = openEngine({
    sum: {
      run: async ({ a, b }: { a: number; b: number }, { progress }: EffectContext) => (
        await progress(150),
        { sum: a + b }
      ),
    },
  });
  const { id } = await opened.engine.enqueue('sum', { a: 1, b: 2 });
  await opened.engine.idle();
  expect(await opened.engine.get(id)).toMatchObject({
    id,
    effect: 'sum',
    state: 'completed',
    attempt: 1,
    progress: 100,
    result: { sum: 3 },
  });
  const later = await opened.engine.enqueue('sum', {}, { delay: 60_000 });
  expect(await opened.engine.cancel(later.id)).toBe(true);
  expect(await opened.engine.cancel(later.id)).toBe(false);
  expect(await opened.engine.get(later.id)).toMatchObject({ state: 'cancelled' });
  expect(await opened.engine.get('unknown')).toBeUndefined();
});

test('jobs with a higher priority run first', async () => {
  const order: number[] = [];
  const run = ({ n }: { n: number }): void => void order.push(n);
  const driver = createMemoryDriver();
  opened = openEngine({ one: { concurrency: 1, run } }, { driver });
  opened.engine.pause();
  for (const [n, priority] of [0, 5, -1, 5].entries())
    await opened.engine.enqueue('one', { n }, { priority });
  opened.engine.start();
  await opened.engine.idle();
  expect(order).toEqual([1, 3, 0, 2]);
});

test('starts no more runs than the rate limit allows', async () => {
  const begun: number[] = [];
  const from = performance.now();
  opened = openEngine({
    call: { rateLimit: { max: 3, per: 200 }, run: () => void begun.push(performance.now()) },
  });
  for (let n = 0; n < 7; n++) await opened.engine.enqueue('call', {});
  await expect.poll(() => begun.length, { timeout: 15_000 }).toBe(7);
  // The seventh run is in the third window.
  expect(begun[6]! - from).toBeGreaterThan(399);
});

test('enqueue rejects invalid options', async () => {
  opened = openEngine({ pay: { run: () => {} } });
  const { engine } = opened;
  for (const options of [
    { delay: -1 },
    { delay: NaN },
    { delay: 1e18 },
    { delay: 8.64e15 },
    { priority: 1.5 },
    { idempotencyKey: '' },
    { tx: {} },
  ]) {
    await expect(engine.enqueue('pay', {}, options)).rejects.toMatchObject({
      code: 'GATI_EFFECT_OPTION',
    });
  }
});

test('enqueue rejects a payload that is too long for the queue', async () => {
  const memory = createMemoryDriver();
  opened = openEngine(
    { pay: { run: () => {} } },
    { driver: { ...memory, caps: { ...memory.caps, maxPayload: 100 } } },
  );
  await expect(opened.engine.enqueue('pay', { text: 'ü'.repeat(60) })).rejects.toMatchObject({
    code: 'GATI_EFFECT_PAYLOAD',
  });
});

test('a job with a longer delay than the queue supports is enqueued again until it is due, without counting attempts', async () => {
  const memory = createMemoryDriver();
  const held: number[] = [];
  const driver: QueueDriver = {
    ...memory,
    caps: { ...memory.caps, maxDelay: 50 },
    enqueue(jobs) {
      for (const { runAt } of jobs) held.push(runAt - Date.now());
      return memory.enqueue(jobs);
    },
  };
  const seen: unknown[] = [];
  const from = Date.now();
  opened = openEngine(
    {
      mail: {
        run: (payload: never, { attempt }: EffectContext) =>
          void seen.push(payload, attempt, Date.now() - from >= 200),
      },
    },
    { driver },
  );
  await opened.engine.enqueue('mail', { to: 'x' }, { delay: 200 });
  await expect.poll(() => seen, { timeout: 15_000 }).toEqual([{ to: 'x' }, 1, true]);
  expect(Math.max(...held)).toBeLessThanOrEqual(50);
});

test('a job runs on the release that enqueued it while that release is served', async () => {
  const seen: string[] = [];
  const old = toHome(
    {
      mail: {
        run: (_: never, { release }: EffectContext) =>
          void seen.push(`old code, ${release.version}`),
      },
    },
    '1.0.0',
  );
  opened = openEngine(
    { mail: { run: () => void seen.push('new code') } },
    { releaseOf: async (version) => (version === '1.0.0' ? old : undefined) },
    '2.0.0',
  );
  const job = { effect: 'mail', payload: '{}', priority: 0, runAt: Date.now() };
  await opened.engine.enqueue('mail', {});
  await opened.engine.idle();
  await opened.driver.enqueue([{ ...job, id: 'of-old', release: '1.0.0' }]);
  await opened.engine.idle();
  expect(seen).toEqual(['new code', 'old code, 1.0.0']);
});

test('a job of a removed release runs with its payload migrated, or unchanged if it fits, else becomes a dead letter', async () => {
  const seen: unknown[] = [];
  const migrate = async (effect: string, payload: unknown, from: string) =>
    from === '1.0.0'
      ? { payload: { id: `${effect}-${(payload as { old: number }).old}` } }
      : undefined;
  opened = openEngine(
    { mail: { payload: schemaOf('id'), run: (payload: never) => void seen.push(payload) } },
    { migrate },
    '3.0.0',
  );
  await opened.engine.enqueue('mail', { id: 'own' });
  const job = { effect: 'mail', priority: 0, runAt: Date.now() };
  await opened.driver.enqueue([
    { ...job, id: 'a', release: '1.0.0', payload: '{"old":7}' },
    { ...job, id: 'b', release: '2.0.0', payload: '{"id":"fits"}' },
    { ...job, id: 'c', release: '2.0.0', payload: '{"old":8}' },
  ]);
  await opened.engine.idle();
  expect(seen).toEqual([{ id: 'own' }, { id: 'mail-7' }, { id: 'fits' }]);
  expect(await dead(opened)).toMatchObject([
    { id: 'c', error: expect.stringMatching(/GATI_EFFECT_RELEASE: .*2\.0\.0.* is gone/) },
  ]);
});

test('a job of a removed release waits for the engine of the new current release', async () => {
  const seen: unknown[] = [];
  let current = '4.0.0';
  const migrate = async () => ({ payload: { id: 'for 4.0.0' } });
  opened = openEngine(
    { mail: { payload: schemaOf('id'), run: (payload: never) => void seen.push(payload) } },
    { migrate, currentVersion: () => current },
    '3.0.0',
  );
  await opened.engine.enqueue('mail', { id: 'own' });
  await opened.engine.idle();
  await opened.driver.enqueue([
    {
      id: 'of-old',
      effect: 'mail',
      payload: '{"old":1}',
      priority: 0,
      runAt: Date.now(),
      release: '1.0.0',
    },
  ]);
  await opened.engine.idle();
  expect(seen).toEqual([{ id: 'own' }]);
  expect((await opened.driver.list!({ ids: ['of-old'], limit: 1 })).jobs).toMatchObject([
    { state: 'delayed' },
  ]);
  current = '3.0.0';
  await expect.poll(() => seen, { timeout: 15_000 }).toEqual([{ id: 'own' }, { id: 'for 4.0.0' }]);
});

test("jobs stay queued while their release can't be loaded", async () => {
  const old = toHome({ mail: { run: () => 'done' } }, '1.0.0');
  let fails = 1;
  const releaseOf = async () => {
    if (fails-- > 0) throw new Error('the store is away');
    return old;
  };
  opened = openEngine({ mail: { run: () => {} } }, { releaseOf }, '2.0.0');
  await opened.engine.enqueue('mail', {});
  await opened.engine.idle();
  await opened.driver.enqueue([
    {
      id: 'of-old',
      effect: 'mail',
      payload: '{}',
      priority: 0,
      runAt: Date.now(),
      release: '1.0.0',
    },
  ]);
  await opened.engine.idle();
  expect(opened.told).toContain("a release with queued jobs can't be loaded");
  expect((await opened.driver.list!({ ids: ['of-old'], limit: 1 })).jobs).toMatchObject([
    { state: 'delayed' },
  ]);
});

test('the end of the process interrupts a run without counting a failed attempt', async () => {
  const driver = createMemoryDriver();
  const run = (_: never, { signal }: EffectContext): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  opened = openEngine(
    { slow: { retry: { attempts: 1 }, run } },
    { driver: { ...driver, close: async () => {}, caps: { ...driver.caps, durable: true } } },
  );
  const { id } = await opened.engine.enqueue('slow', {});
  await expect.poll(async () => (await driver.stats())?.active).toBe(1);
  await opened.engine.drain(10);
  expect((await driver.list!({ ids: [id], limit: 1 })).jobs).toMatchObject([
    { state: 'waiting', attempt: 1 },
  ]);
  await driver.close();
});

test('storing the outcome of a job is retried until the queue accepts it, and the job does not run again', async () => {
  const memory = createMemoryDriver();
  let full = 3;
  const ack: QueueDriver['ack'] = async (...args) => {
    if (full-- > 0) throw new Error('the disk is full');
    return memory.ack(...args);
  };
  const run = vi.fn();
  opened = openEngine({ pay: { run } }, { driver: { ...memory, ack } });
  const { id } = await opened.engine.enqueue('pay', {});
  await expect
    .poll(async () => (await opened!.engine.get(id))?.state, { timeout: 15_000 })
    .toBe('completed');
  expect(run).toHaveBeenCalledTimes(1);
});

test('an invalid setting falls back to its default and is logged once', async () => {
  const told: unknown[] = [];
  const noop = (): void => {};
  const logger = {
    trace: noop,
    debug: noop,
    info: noop,
    warn: noop,
    error: (...args: unknown[]) => void told.push(args),
  };
  const run = vi.fn();
  opened = openEngine(
    { pay: { run, concurrency: 0, timeout: Number.NaN, retry: { attempts: 0 } } },
    { logger },
  );
  for (let count = 0; count < 3; count++) await opened.engine.enqueue('pay', {});
  await opened.engine.idle();
  expect(run).toHaveBeenCalledTimes(3);
  expect(told).toMatchObject([
    [
      "the effect pay uses the default of a setting: 'concurrency' can't be 0.",
      { code: 'GATI_EFFECT_SETTING' },
    ],
    ["the effect pay uses the default of a setting: 'timeout' can't be NaN.", {}],
    [`the effect pay uses the default of a setting: 'retry' can't be {"attempts":0}.`, {}],
  ]);
});

test('schedules fire once per tick in their time zone, and once for a tick that has just passed', async () => {
  vi.useFakeTimers({ now: new Date('2026-03-29T00:59:30Z') });
  const fired: string[] = [];
  const told: unknown[] = [];
  const noop = (): void => {};
  const logger = {
    trace: noop,
    debug: noop,
    info: noop,
    warn: noop,
    error: (...args: unknown[]) => void told.push(args),
  };
  const enqueue = async (effect: string, key: string): Promise<void> =>
    void fired.push(`${effect} ${key}`);
  const schedules = createSchedules({ enqueue, catchUp: true, logger });
  const run = (): void => {};
  await schedules.sync(
    new Map([
      ['minutely', { run, schedule: '* * * * *' }],
      // The clocks go forward at 01:00 UTC, so 03:30 is 30 minutes later on that day.
      ['daily', { run, schedule: '30 3 * * *', timezone: 'Europe/Berlin' }],
      ['wrong', { run, schedule: '99 * * * *' }],
    ]),
  );
  expect(told).toMatchObject([
    ["the schedule of wrong can't be read", { code: 'GATI_EFFECT_SCHEDULE' }],
  ]);
  expect(fired.splice(0)).toEqual(['minutely schedule:2026-03-29T00:59:00.000Z']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fired.splice(0)).toEqual(['minutely schedule:2026-03-29T01:00:00.000Z']);
  await vi.advanceTimersByTimeAsync(30 * 60_000);
  expect(fired.filter((line) => line.startsWith('daily'))).toEqual([
    'daily schedule:2026-03-29T01:30:00.000Z',
  ]);
  fired.length = 0;
  // The clock is set a day ahead: missed ticks are not made up for.
  vi.setSystemTime(new Date('2026-03-30T12:00:10Z'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fired.filter((line) => line.startsWith('minutely')).length).toBeLessThanOrEqual(2);
  await schedules.sync(new Map());
  fired.length = 0;
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  expect(fired).toEqual([]);
  schedules.stop();
});

test('processes that share a queue enqueue a scheduled effect once', async () => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:30Z') });
  const run = vi.fn();
  const driver = createMemoryDriver();
  const shared: QueueDriver = {
    ...driver,
    caps: { ...driver.caps, durable: true },
    close: async () => {},
  };
  const effects = { report: { schedule: '* * * * *', run } };
  opened = openEngine(effects, { driver: shared });
  const other = openEngine(effects, { driver: shared });
  await vi.advanceTimersByTimeAsync(40_000);
  // The tick at the minute, and the one just before the start.
  expect(run).toHaveBeenCalledTimes(2);
  expect(run).toHaveBeenCalledWith(
    {},
    expect.objectContaining({ idempotencyKey: 'schedule:2026-01-01T00:01:00.000Z' }),
  );
  vi.useRealTimers();
  await other.engine.drain(0);
  await driver.close();
});

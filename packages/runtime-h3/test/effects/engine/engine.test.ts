import { afterEach, expect, test, vi } from 'vitest';
import type { Schema } from '@gati/contract';
import type { GlobalContext, Logger } from '../../../src/types/context.ts';
import { backoffDelay } from '../../../src/effects/engine/backoff.ts';
import { createMemoryDriver } from '../../../src/effects/drivers/memory/driver.ts';
import { createEffectsEngine, type EffectsEngine } from '../../../src/effects/engine/engine.ts';
import type { EffectContext, EffectFile } from '../../../src/types/effects.ts';
import type { QueueDriver } from '../../../src/ports.ts';
import type { BundleEffect } from '../../../src/types/bundle.ts';
import { fits } from '../../../src/validate/fits.ts';

const noop = (): void => {};
const logger: Logger = { trace: noop, debug: noop, info: noop, warn: noop, error: noop };
let engine: EffectsEngine;
let driver: QueueDriver;
afterEach(async () => {
  await engine.drain(0);
});

/** Starts an engine for these effects. `effects` may be changed while it runs. */
function open(
  effects: Record<string, Partial<EffectFile> & { schema?: Schema }>,
  backoff = false,
): Record<string, BundleEffect> {
  const slots = Object.fromEntries(
    Object.entries(effects).map(([name, { schema, ...file }]): [string, BundleEffect] => [
      name,
      {
        load: () => file as EffectFile,
        ...(schema && { payload: { schema, check: (value: unknown) => fits(schema, {}, value) } }),
      },
    ]),
  );
  driver = createMemoryDriver();
  const gctx = {
    release: { version: '1.0.0', id: 'rel_1', deployedAt: new Date() },
  } as unknown as GlobalContext;
  engine = createEffectsEngine({
    effects: () => slots,
    $defs: () => ({}),
    driver,
    gctx: () => gctx,
    logger,
    backoff,
  });
  engine.start();
  return slots;
}

const dead = async (): Promise<unknown> =>
  (await driver.list!({ states: ['dead'], limit: 10 })).jobs;

test('runs an enqueued job with the decoded payload', async () => {
  const seen: unknown[] = [];
  open({
    pay: {
      schema: {
        type: 'object',
        properties: {
          at: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
          cents: {
            type: 'string',
            format: 'bigint',
            pattern: '^-?[0-9]+$',
            'x-gati-codec': 'bigint',
          },
        },
        required: ['at', 'cents'],
      },
      run: async (payload: never, ectx: EffectContext) =>
        void seen.push(payload, ectx.attempt, ectx.effect, ectx.release.version),
    },
  });
  const at = new Date('2026-01-02T03:04:05Z');
  const { id } = await engine.enqueue('pay', { at, cents: 12n });
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  await engine.idle();
  expect(seen).toEqual([{ at, cents: 12n }, 1, 'pay', '1.0.0']);
});

test('enqueue rejects a payload that does not match, and an unknown effect', async () => {
  open({
    pay: {
      schema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      run: noop,
    },
  });
  await expect(engine.enqueue('pay', { id: 7 })).rejects.toMatchObject({
    code: 'GATI_EFFECT_PAYLOAD',
    message: expect.stringContaining('/id'),
  });
  await expect(engine.enqueue('pey', {})).rejects.toMatchObject({
    code: 'GATI_EFFECT_UNKNOWN',
    message: expect.stringContaining('pay'),
  });
});

test('a job whose payload no longer matches becomes a dead letter with the reason', async () => {
  const run = vi.fn();
  const slots = open({ pay: { run } });
  await engine.enqueue('pay', { id: 7 }, { delay: 50 });
  const schema: Schema = { type: 'object', properties: { id: { type: 'string' } } };
  slots.pay!.payload = { schema, check: (value) => fits(schema, {}, value) };
  await expect
    .poll(dead)
    .toMatchObject([{ effect: 'pay', error: expect.stringContaining('GATI_EFFECT_PAYLOAD') }]);
  expect(run).not.toHaveBeenCalled();
});

test('retries up to the number of attempts, then keeps a dead letter that can be redriven', async () => {
  const attempts: number[] = [];
  let broken = true;
  open({
    mail: {
      retry: { attempts: 3 },
      run: async (_payload: never, { attempt }: EffectContext) => {
        attempts.push(attempt);
        if (broken) throw new Error(`smtp is down ${attempt}`);
      },
    },
  });
  const { id } = await engine.enqueue('mail', {});
  await engine.idle();
  expect(attempts).toEqual([1, 2, 3]);
  expect(await dead()).toMatchObject([
    { id, attempt: 3, error: expect.stringContaining('smtp is down 3') },
  ]);
  broken = false;
  await driver.redrive([id]);
  await engine.idle();
  expect(attempts).toEqual([1, 2, 3, 1]);
  expect(await dead()).toEqual([]);
});

test('an error with retryable false makes a dead letter without a retry', async () => {
  const run = vi.fn(() =>
    Promise.reject(Object.assign(new Error('no such account'), { retryable: false })),
  );
  open({ mail: { run } });
  await engine.enqueue('mail', {});
  await engine.idle();
  expect(run).toHaveBeenCalledTimes(1);
  expect(await dead()).toHaveLength(1);
});

test('backoff grows with each attempt and is random', () => {
  const policy = { delay: 100, factor: 3, max: 1000 };
  expect([1, 2, 3, 4].map((attempt) => backoffDelay(policy, attempt, () => 1))).toEqual([
    100, 300, 900, 1000,
  ]);
  expect(backoffDelay(policy, 2, () => 0)).toBe(150);
});

test('a retry does not run before its pause is over', async () => {
  const run = vi.fn(() => Promise.reject(new Error('not yet')));
  open({ mail: { retry: { delay: 60_000 }, run } }, true);
  await engine.enqueue('mail', {});
  await engine.idle();
  expect(run).toHaveBeenCalledTimes(1);
  expect(await engine.stats()).toMatchObject({ delayed: 1 });
});

test('runs at most `concurrency` jobs at a time, and in order with 1', async () => {
  let active = 0;
  let most = 0;
  const order: number[] = [];
  const run = async ({ n }: { n: number }): Promise<void> => {
    most = Math.max(most, ++active);
    await new Promise(setImmediate);
    order.push(n);
    active--;
  };
  const slots = open({
    one: { concurrency: 1, run: run as never },
    three: { concurrency: 3, run: run as never },
  });
  for (let n = 0; n < 20; n++) await engine.enqueue('one', { n });
  await engine.idle();
  expect(most).toBe(1);
  expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
  most = 0;
  await Promise.all(Array.from({ length: 20 }, (_, n) => engine.enqueue('three', { n })));
  await engine.idle();
  expect(most).toBe(3);
  expect(Object.keys(slots)).toEqual(['one', 'three']);
});

test('a run that exceeds its timeout is aborted and fails, even if it ignores the signal', async () => {
  let aborted: unknown;
  open({
    slow: {
      timeout: 30,
      retry: { attempts: 1 },
      run: (_payload: never, { signal }: EffectContext) => {
        signal.addEventListener('abort', () => {
          aborted = (signal.reason as { code: string }).code;
        });
        return new Promise(() => {});
      },
    },
  });
  await engine.enqueue('slow', {});
  await engine.idle();
  expect(aborted).toBe('GATI_EFFECT_TIMEOUT');
  expect(await dead()).toMatchObject([{ error: expect.stringContaining('GATI_EFFECT_TIMEOUT') }]);
});

test('an idempotency key makes one job', async () => {
  const run = vi.fn();
  open({ mail: { run } });
  const ids = await Promise.all(
    Array.from({ length: 10 }, () => engine.enqueue('mail', {}, { idempotencyKey: 'order-7' })),
  );
  await engine.idle();
  expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
  expect(run).toHaveBeenCalledTimes(1);
});

test("new code runs queued jobs, and jobs stay queued while the code can't be loaded", async () => {
  const seen: string[] = [];
  const slots = open({ mail: { run: () => void seen.push('old') } });
  await engine.enqueue('mail', {});
  await engine.idle();
  slots.mail = { load: () => Promise.reject(new SyntaxError('half an edit')) };
  await engine.enqueue('mail', {});
  await engine.idle();
  slots.mail = { load: () => ({ run: () => void seen.push('new') }) };
  await engine.enqueue('mail', {});
  await engine.idle();
  expect(seen).toEqual(['old', 'new', 'new']);
});

test('an effect can enqueue other effects', async () => {
  const seen: string[] = [];
  open({
    first: { run: async () => void (await engine.enqueue('second', {})) },
    second: { run: () => void seen.push('second') },
  });
  await engine.enqueue('first', {});
  await engine.idle();
  expect(seen).toEqual(['second']);
});

test('drain lets due jobs end, aborts late ones and claims nothing more', async () => {
  const ended: string[] = [];
  open({
    quick: { run: async () => void ended.push('quick') },
    stuck: {
      run: (_payload: never, { signal }: EffectContext) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            ended.push('aborted');
            reject(signal.reason as Error);
          });
        }),
    },
  });
  await engine.enqueue('stuck', {});
  await engine.enqueue('quick', {});
  await engine.drain(100);
  expect(ended).toEqual(['quick', 'aborted']);
  await expect(engine.enqueue('quick', {})).rejects.toMatchObject({ code: 'GATI_EFFECT_CLOSED' });
});

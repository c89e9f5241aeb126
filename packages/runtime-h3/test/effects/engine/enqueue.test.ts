import { afterEach, expect, test } from 'vitest';
import { createLazyEngine } from '../../../src/effects/engine/lazy-engine.ts';
import { createMemoryDriver } from '../../../src/effects/drivers/memory/driver.ts';
import type { EffectContext } from '../../../src/types/effects.ts';
import type { QueueDriver } from '../../../src/ports.ts';
import { type Opened, openEngine } from '../helpers/engine-kit.ts';

let opened: Opened | undefined;
afterEach(async () => {
  await opened?.engine.drain(0);
  opened = undefined;
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
  await expect.poll(() => begun.length).toBe(7);
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
  ]) {
    await expect(engine.enqueue('pay', {}, options)).rejects.toMatchObject({
      code: 'GATI_EFFECT_OPTION',
    });
  }
  await expect(engine.enqueue('pay', {}, { tx: {} })).rejects.toMatchObject({
    code: 'GATI_EFFECTS_TX',
  });
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

test('the stack of a rejected job names the function that enqueued it', async () => {
  opened = openEngine({ pay: { run: () => {} } });
  // Rejects as early as the schema of a payload can.
  const enqueue = async (): Promise<never> => {
    await Promise.resolve();
    throw new Error('no such payload');
  };
  const engine = { ...opened.engine, enqueue };
  const lazy = createLazyEngine(() => Promise.resolve(engine));
  const placeOrder = async (): Promise<void> => {
    await lazy.enqueue('pay', {});
  };
  const error = await placeOrder().catch((caught: Error) => caught);
  expect(error?.stack).toMatch(/at (async )?placeOrder/);
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
  await expect.poll(() => seen).toEqual([{ to: 'x' }, 1, true]);
  expect(Math.max(...held)).toBeLessThanOrEqual(50);
});

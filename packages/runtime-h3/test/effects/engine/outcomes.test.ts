import { afterEach, expect, test, vi } from 'vitest';
import { createMemoryDriver } from '../../../src/effects/drivers/memory/driver.ts';
import type { EffectContext } from '../../../src/types/effects.ts';
import type { QueueDriver } from '../../../src/ports.ts';
import { type Opened, openEngine } from '../helpers/engine-kit.ts';

let opened: Opened | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await opened?.engine.drain(0);
  opened = undefined;
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
  await expect.poll(async () => (await opened!.engine.get(id))?.state).toBe('completed');
  expect(run).toHaveBeenCalledTimes(1);
});

test('an invalid setting falls back to its default and is logged once', async () => {
  const logged: unknown[] = [];
  const noop = (): void => {};
  const logger = {
    trace: noop,
    debug: noop,
    info: noop,
    warn: noop,
    error: (...args: unknown[]) => void logged.push(args),
  };
  const run = vi.fn();
  opened = openEngine(
    { pay: { run, concurrency: 0, timeout: Number.NaN, retry: { attempts: 0 } } },
    { logger },
  );
  for (let count = 0; count < 3; count++) await opened.engine.enqueue('pay', {});
  await opened.engine.idle();
  expect(run).toHaveBeenCalledTimes(3);
  expect(logged).toMatchObject([
    [
      "the effect pay uses the default of a setting: 'concurrency' can't be 0.",
      { code: 'GATI_EFFECT_SETTING' },
    ],
    ["the effect pay uses the default of a setting: 'timeout' can't be NaN.", {}],
    [`the effect pay uses the default of a setting: 'retry' can't be {"attempts":0}.`, {}],
  ]);
});

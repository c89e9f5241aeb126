import { afterEach, expect, test, vi } from 'vitest';
import type { EffectContext } from '../../../src/types/effects.ts';
import { type Opened, openEngine } from '../helpers/engine-kit.ts';

let opened: Opened | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await opened?.engine.drain(0);
  opened = undefined;
});

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

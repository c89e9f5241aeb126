import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createBatches } from '../../src/dev/batches.ts';

test('applies the first item at once, and those that come meanwhile together', async () => {
  const applied: number[][] = [];
  let release = (): void => {};
  const batches = createBatches(async (items: number[]) => {
    applied.push(items);
    if (applied.length === 1) await new Promise<void>((resolve) => (release = resolve));
  });
  const first = batches.add(1);
  await expect.poll(() => applied).toEqual([[1]]);
  const others = [2, 3, 4].map((item) => batches.add(item));
  await sleep(5);
  expect(applied).toEqual([[1]]);
  release();
  await Promise.all([first, ...others]);
  expect(applied).toEqual([[1], [2, 3, 4]]);
});

test('makes few batches of a burst, even if each item comes after the previous batch', async () => {
  const sizes: number[] = [];
  const batches = createBatches(async (items: number[]) => {
    sizes.push(items.length);
    // As long as a large app takes, without other work in between.
    for (const end = performance.now() + 10; performance.now() < end;);
  });
  const added: Promise<void>[] = [];
  for (let item = 0; item < 60; item++) {
    added.push(batches.add(item));
    await sleep(1);
  }
  await Promise.all(added);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(60);
  expect(sizes.length).toBeLessThan(20);
});

test('rejects for the items of a failed batch alone', async () => {
  const batches = createBatches(async (items: string[]) => {
    if (items.includes('bad')) throw new Error('failed');
  });
  await expect(batches.add('bad')).rejects.toThrow('failed');
  await expect(batches.add('good')).resolves.toBeUndefined();
});

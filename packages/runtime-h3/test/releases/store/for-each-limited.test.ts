import { expect, test } from 'vitest';
import { forEachLimited } from '../../../src/releases/store/for-each-limited.ts';

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

test('forEachLimited runs each item once and at most `width` at a time', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await forEachLimited(
    Array.from({ length: 20 }, (_, index) => index),
    async (item) => {
      most = Math.max(most, ++running);
      await pause(1);
      running--;
      done.push(item);
    },
    3,
  );
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(most).toBe(3);
});

test('forEachLimited starts nothing after an error and throws the first one when all work has ended', async () => {
  const begun: number[] = [];
  let running = 0;
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    running++;
    await pause(item === 1 ? 5 : 30);
    running--;
    if (item === 1 || item === 2) throw new Error(`number ${item}`);
  };
  await expect(forEachLimited([0, 1, 2, 3, 4, 5], work, 3)).rejects.toThrow('number 1');
  expect(running).toBe(0);
  expect(begun).toEqual([0, 1, 2]);
});

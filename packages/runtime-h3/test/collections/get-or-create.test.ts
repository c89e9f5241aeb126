import { expect, test } from 'vitest';
import { getOrCreate } from '../../src/collections/get-or-create.ts';

test('getOrCreate creates one value per key and stores it', () => {
  const map = new Map<string, { name: string }>();
  const create = (name: string): { name: string } => ({ name });
  const first = getOrCreate(map, 'a', create);
  expect(getOrCreate(map, 'a', create)).toBe(first);
  expect(getOrCreate(map, 'b', create)).not.toBe(first);
  expect([...map]).toEqual([
    ['a', { name: 'a' }],
    ['b', { name: 'b' }],
  ]);
});

test('getOrCreate stores nothing when create throws', () => {
  const map = new WeakMap<object, string>();
  const key = {};
  expect(() =>
    getOrCreate(map, key, () => {
      throw new Error('broken');
    }),
  ).toThrow('broken');
  expect(map.has(key)).toBe(false);
});

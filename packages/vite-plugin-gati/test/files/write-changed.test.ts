import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, expect, test } from 'vitest';
import { writeChanged } from '../../src/files/write-changed.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('write');
});

test('returns whether the bytes changed, and does not write equal bytes', async () => {
  const file = path.join(folder, 'deep/file.txt');
  expect(await writeChanged(file, 'a')).toBe(true);
  const before = fs.statSync(file).mtimeMs;
  expect(await writeChanged(file, 'a')).toBe(false);
  expect(fs.statSync(file).mtimeMs).toBe(before);
  expect(await writeChanged(file, 'b')).toBe(true);
  expect(fs.readdirSync(path.dirname(file))).toEqual(['file.txt']);
});

test('the last of several parallel writes wins', async () => {
  const file = path.join(folder, 'file.txt');
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => writeChanged(file, 'x'.repeat(50 - index) + index)),
  );
  expect(fs.readFileSync(file, 'utf8')).toBe('x49');
  expect(fs.readdirSync(folder)).toEqual(['file.txt']);
});

test('a failed write does not block the next one', async () => {
  const blocked = path.join(folder, 'blocked');
  fs.mkdirSync(blocked);
  const failed = writeChanged(blocked, 'a');
  const next = writeChanged(blocked, 'b');
  await expect(failed).rejects.toThrow();
  await expect(next).rejects.toThrow();
  fs.rmdirSync(blocked);
  expect(await writeChanged(blocked, 'c')).toBe(true);
});

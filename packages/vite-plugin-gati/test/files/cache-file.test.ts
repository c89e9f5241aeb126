import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, expect, test } from 'vitest';
import { replaceCacheFile } from '../../src/files/cache-file.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('cache');
});

test('replaces a cache file and leaves no temporary file', () => {
  const file = path.join(folder, 'deep/scan.json');
  replaceCacheFile(file, 'a');
  replaceCacheFile(file, 'b');
  expect(fs.readFileSync(file, 'utf8')).toBe('b');
  expect(fs.readdirSync(path.dirname(file))).toEqual(['scan.json']);
});

test('ignores a cache folder that is a file', () => {
  fs.writeFileSync(path.join(folder, '.gati'), 'a file');
  replaceCacheFile(path.join(folder, '.gati/cache/scan.json'), 'a');
  expect(fs.readFileSync(path.join(folder, '.gati'), 'utf8')).toBe('a file');
});

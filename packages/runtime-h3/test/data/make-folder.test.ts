import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { makeFolder } from '../../src/data/make-folder.ts';

test('makeFolder creates the missing parents, and returns the first', () => {
  const folder = temporaryFolder('folders');
  expect(makeFolder(path.join(folder, 'a/b/c'))).toBe(path.join(folder, 'a'));
  expect(makeFolder(path.join(folder, 'a/b/d'))).toBe(path.join(folder, 'a/b/d'));
  expect(makeFolder(path.join(folder, 'a/b/d'))).toBeUndefined();
  fs.writeFileSync(path.join(folder, 'file'), '');
  expect(() => makeFolder(path.join(folder, 'file/x'))).toThrow(/ENOTDIR/);
});

test.skipIf(process.platform !== 'linux')('makeFolder ends where no folder can be created', () => {
  expect(() => makeFolder('/proc/gati/cache/releases')).toThrow(/ENOENT|EACCES|EPERM|EROFS/);
});

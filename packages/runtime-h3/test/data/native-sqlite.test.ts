import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { openNative } from '../../src/data/native-sqlite.ts';

const modes = (folder: string): string[] =>
  fs
    .readdirSync(folder)
    .map((name) => `${name} ${(fs.statSync(path.join(folder, name)).mode & 0o777).toString(8)}`);

test.skipIf(process.platform === 'win32')(
  'GHSA-534h-c3cw-v3h9: a new database is for its user alone, an existing one keeps its mode',
  () => {
    const folder = temporaryFolder('sqlite');
    const open = (): void => {
      const db = openNative(path.join(folder, 'a.db'), process.cwd());
      db.exec('PRAGMA journal_mode = WAL');
      db.exec('CREATE TABLE IF NOT EXISTS t (x)');
      db.exec('INSERT INTO t VALUES (1)');
      expect(modes(folder).every((line) => line.endsWith(expected))).toBe(true);
      db.close();
    };
    let expected = '600';
    open();
    fs.chmodSync(path.join(folder, 'a.db'), 0o640);
    expected = '640';
    open();
  },
);

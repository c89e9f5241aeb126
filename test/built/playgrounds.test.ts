import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@gati/test-kit/repository';

/**
 * Files that differ. The ledger of the playground is in memory, since tests run its build where Node
 * 20 has no SQLite.
 */
const DIFFERENT = ['src/modules/ledger.ts'];

/** A playground is its template plus files for tests. */
test.each(['payments', 'vue'])(
  'playground/%s has every source file of its template, unchanged but for the ledger',
  (name) => {
    const template = path.join(root, 'templates', name);
    const files = fs
      .readdirSync(path.join(template, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(template, path.join(entry.parentPath, entry.name)));
    expect(files.length).toBeGreaterThan(4);
    for (const file of files.filter((each) => !DIFFERENT.includes(each))) {
      const read = (parent: string): string =>
        fs.readFileSync(path.join(root, parent, name, file), 'utf8');
      expect(read('playground'), file).toBe(read('templates'));
    }
  },
);

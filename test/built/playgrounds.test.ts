import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@gati/test-kit/repository';

/** A playground is its template and what tests need beside it; what both have is the same. */
test.each(['payments', 'vue'])('playground/%s and its template say the same', (name) => {
  const files = fs
    .readdirSync(path.join(root, 'templates', name, 'src'), {
      recursive: true,
      withFileTypes: true,
    })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(path.join(root, 'templates', name), path.join(entry.parentPath, entry.name)),
    );
  expect(files.length).toBeGreaterThan(4);
  for (const file of files) {
    const read = (where: string): string =>
      fs.readFileSync(path.join(root, where, name, file), 'utf8');
    expect(read('playground'), file).toBe(read('templates'));
  }
});

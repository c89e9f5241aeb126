import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@gati/test-kit/repository';

const page = fs.readFileSync(path.join(root, 'docs/internals/architecture.md'), 'utf8');

test('every file that the architecture page names exists', () => {
  const named = [...page.matchAll(/`((?:contract|runtime-h3|vite-plugin-gati)\/[\w./-]+)`/g)];
  expect(named.length).toBeGreaterThan(50);
  const missing = named
    .map(([, name]) => name!)
    .filter((name) => {
      const [pkg = '', ...rest] = name.split('/');
      const below = path.join(root, 'packages', pkg);
      return ![path.join(below, 'src', ...rest), path.join(below, ...rest)].some(fs.existsSync);
    });
  expect(missing).toEqual([]);
});

test('the architecture page fits on three screens', () => {
  expect(page.split('\n').length).toBeLessThanOrEqual(150);
});

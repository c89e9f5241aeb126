import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';
import { expect, test } from 'vitest';
import { PACKAGES } from '../../scripts/lib/pack.mjs';
import { readPage } from './helpers/pages.ts';

const exportsOf = (folder: string): string[] => {
  const { name, exports } = JSON.parse(
    readFileSync(path.join(root, 'packages', folder, 'package.json'), 'utf8'),
  ) as { name: string; exports: Record<string, unknown> };
  const entries = Object.keys(exports).filter((key) => key !== './package.json');
  return entries.map((key) => name + key.slice(1));
};

test('the page of package entries lists each entry of package.json, and no other', () => {
  const table = readPage('docs/reference/entries.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...line.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, entry]) => entry));
  expect(table.sort()).toEqual(PACKAGES.flatMap(exportsOf).sort());
});

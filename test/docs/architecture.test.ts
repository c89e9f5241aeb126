import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@gati/test-kit/repository';
import { PACKAGES as sources } from '../../scripts/lib/pack.mjs';
import { readPage } from './helpers/pages.ts';

const MAP = 'docs/internals/architecture.md';
const page = readPage(MAP);

/** Paths in code spans, such as `contract/diff/rules.ts`, without those of an app and of a build. */
function namedPaths(text: string): string[] {
  const spans = [...text.matchAll(/`([\w.@-]+(?:\/[\w.@-]+)*\/?)`/g)].map(([, name]) => name!);
  return spans.filter((name) => name.includes('/') && !/^(?:@|dist\/|src\/)|GATI_X/.test(name));
}

const exists = (name: string): boolean => fs.existsSync(path.join(root, name));

/** Whether a path from the root, or from `packages` without `src`, exists. */
function isNamedRight(name: string): boolean {
  const pkg = sources.find((each) => name.startsWith(`${each}/`)) ?? '';
  const inSources = path.join('packages', pkg, 'src', name.slice(pkg.length));
  return [name, path.join('packages', name), inSources].some(exists);
}

test.each([MAP, 'docs/internals/telemetry.md', 'AGENTS.md', 'CONTRIBUTING.md'])(
  'every file that %s names exists',
  (name) => {
    const named = namedPaths(readPage(name));
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((each) => !isNamedRight(each))).toEqual([]);
  },
);

test('the architecture page names every package and the collector, telemetry and the panel', () => {
  const named = namedPaths(page).map((name) => name.replace(/^packages\//, ''));
  const places = [
    ...sources.filter((name) => name !== 'create-gati'),
    'runtime-h3/collector',
    'runtime-h3/telemetry',
    'devtools/server',
    'devtools/app',
  ];
  expect(places.filter((place) => !named.some((name) => name.startsWith(`${place}/`)))).toEqual([]);
});

test('the architecture page lists exactly the files with a comment `Relies on:`', () => {
  const listed = namedPaths(page.slice(page.indexOf('## What we rely on')));
  const commented = sources.flatMap((name) => {
    const folder = path.join(root, 'packages', name, 'src');
    return fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|vue)$/.test(file))
      .filter((file) => fs.readFileSync(path.join(folder, file), 'utf8').includes('Relies on:'))
      .map((file) => `${name}/${file.replaceAll(path.sep, '/')}`);
  });
  expect([...new Set(listed)].sort()).toEqual(commented.sort());
});

test('the architecture page fits on three screens', () => {
  expect(page.split('\n').length).toBeLessThanOrEqual(150);
});

import fs from 'node:fs';
import { expect, test } from 'vitest';
import { createIds, SPECIFIER } from '../../src/virtual/ids.ts';
import { CHANGES_WITH_FILES, VIRTUAL_MODULES } from '../../src/virtual/registry.ts';

const names = Object.keys(VIRTUAL_MODULES).sort();

test('every virtual module has a specifier with and without the scheme', () => {
  for (const name of names) {
    expect(SPECIFIER.exec(`virtual:gati/${name}`)?.[1]).toBe(name);
    expect(SPECIFIER.exec(`gati/${name}`)?.[1]).toBe(name);
  }
  for (const specifier of ['virtual:gati/other', 'gati/routes/x', 'virtual:gati/toString'])
    expect(SPECIFIER.test(specifier)).toBe(false);
});

test.each(['vite', 'webpack'])('ids of %s lead back to the names of virtual modules', (bundler) => {
  const ids = createIds(bundler, () => '/app');
  const found = (Object.keys(VIRTUAL_MODULES) as (keyof typeof VIRTUAL_MODULES)[]).map((name) =>
    ids.fromId(ids.toId(name)),
  );
  expect(found.sort()).toEqual(names);
  expect(ids.fromId(`${ids.toId('routes')}x`)).toBeUndefined();
});

test('types.d.ts declares every virtual module that has types of its own', () => {
  const text = fs.readFileSync(new URL('../../types.d.ts', import.meta.url), 'utf8');
  const declared = [...text.matchAll(/declare module 'virtual:gati\/(\w+)'/g)].map(
    ([, name]) => name!,
  );
  // `client` is declared by .gati/types/gati.d.ts of each app. Apps don't import the other two.
  expect([...declared, 'client', 'release', 'server'].sort()).toEqual(names);
  expect(text).toContain("declare module 'virtual:gati/*'");
});

test('modules that change with the files of an app are virtual modules', () => {
  expect(names).toEqual(expect.arrayContaining([...CHANGES_WITH_FILES]));
});

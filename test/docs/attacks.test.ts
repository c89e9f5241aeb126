import { expect, test } from 'vitest';
import { ROWS, WITHOUT_EDIT } from '../defences/rows.mjs';
import { readPage } from './helpers/pages.ts';

/** Advisories of the page, with the file of their test. */
const advisories = readPage('docs/internals/panel-attacks.md')
  .split('\n')
  .map((line) => /^\| ([^|]+) \| [^|]+ \| `([^`]+)` \|$/.exec(line))
  .flatMap((row) => row?.[1]?.split(', ').map((advisory) => [advisory, row[2]!] as const) ?? []);

const isTitled = (advisory: string, file: string): boolean =>
  readPage(file)
    .split('\n')
    .some(
      (line) => /'[^']*'|"[^"]*"/.test(line) && !/^\s*\/\//.test(line) && line.includes(advisory),
    );

test('each attack on the panel has a test that is named by its advisory', () => {
  expect(advisories.length).toBeGreaterThan(30);
  expect(advisories.filter(([advisory, file]) => !isTitled(advisory, file))).toEqual([]);
});

test('each defence of the panel has an edit that removes it, or a reason why none can', () => {
  const known = [...ROWS.map(({ advisory }) => advisory), ...Object.keys(WITHOUT_EDIT)];
  expect(advisories.map(([advisory]) => advisory).toSorted()).toEqual(known.toSorted());
  for (const { advisory, test: file, edits } of ROWS) {
    expect(isTitled(advisory, file), advisory).toBe(true);
    for (const [source, text] of edits)
      expect([advisory, readPage(source).split(text).length - 1]).toEqual([advisory, 1]);
  }
});

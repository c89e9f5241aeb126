import { expect, test } from 'vitest';
import { readPage } from './helpers/pages.ts';

test('each attack on the panel has a test that is named by its advisory', () => {
  const rows = readPage('docs/internals/panel-attacks.md')
    .split('\n')
    .map((line) => /^\| ([^|]+) \| [^|]+ \| `([^`]+)` \|$/.exec(line))
    .filter((row) => row !== null);
  expect(rows.length).toBeGreaterThan(30);
  const missing = rows.flatMap(([, advisories = '', file = '']) => {
    const titles = readPage(file)
      .split('\n')
      .filter((line) => /'[^']*'|"[^"]*"/.test(line) && !line.trim().startsWith('//'));
    return advisories
      .split(', ')
      .filter((advisory) => !titles.some((title) => title.includes(advisory)))
      .map((advisory) => `${advisory} in ${file}`);
  });
  expect(missing).toEqual([]);
});

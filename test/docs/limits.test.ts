import { DEFAULT_LIMITS } from '@gati/runtime-h3/app';
import { expect, test } from 'vitest';
import { readPage } from './helpers/pages.ts';

const MIB = 1_048_576;

/** First two cells of each row of a table. */
const rows = (page: string): [string, string][] =>
  readPage(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(' | '))
    .map(([first = '', second = '']) => [first.slice(2).trim(), second.trim()]);

const toNumber = (text: string): number => {
  const number = Number(text.split(' ')[0]!.replaceAll(',', ''));
  return text.endsWith(' MiB') ? number * MIB : number;
};

test('the page of limits has each limit option with its default, and no other', () => {
  const documented = rows('docs/reference/limits.md')
    .filter(([name]) => name.startsWith('`limits.'))
    .map(([name, value]) => [name.slice('`limits.'.length, -1), toNumber(value)]);
  expect(Object.fromEntries(documented)).toEqual(DEFAULT_LIMITS);
});

test('the page of limits has each environment variable that is a time, a size or a count', () => {
  const page = readPage('docs/reference/limits.md');
  const limits = readPage('docs/reference/environment.md')
    .split('\n')
    .map((line) => /^\| `(GATI_\w+)` \| [^|]+ \| (?:milliseconds|MB|processes) /.exec(line)?.[1])
    .filter((name) => name !== undefined);
  expect(limits).toContain('GATI_DRAIN');
  expect(limits.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGES } from '../../scripts/lib/pack.mjs';
import { GATI_CODES } from '../../packages/contract/src/diagnostics/codes.ts';
import { root } from '@gati/test-kit/repository';

const codes = Object.keys(GATI_CODES);
const pages = fs.readdirSync(path.join(root, 'docs/errors')).filter((name) => name !== 'index.md');
const read = (page: string): string =>
  fs.readFileSync(path.join(root, 'docs/errors', page), 'utf8');

/** Every `GATI_` name in the sources, except in the table of codes. */
const named = new Set(
  PACKAGES.map((name) => path.join(root, 'packages', name, 'src'))
    .flatMap((folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
    .filter((entry) => entry.name !== 'codes.ts')
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .flatMap((text) => text.match(/\bGATI_[A-Z][A-Z0-9_]*[A-Z0-9]\b/g) ?? []),
);
/** Identifiers in the sources that are neither codes nor environment variables. */
const CONSTANTS = new Set(['GATI_CODES']);
const environment = fs.readFileSync(path.join(root, 'docs/reference/environment.md'), 'utf8');
const variables = new Set(
  [...environment.matchAll(/(?<!\[)`(GATI_[A-Z_]+)`/g)].map(([, name]) => name!),
);

test('every GATI_ name in the sources is an error code or a documented environment variable', () => {
  expect(named.size).toBeGreaterThan(30);
  const unexplained = [...named].filter(
    (name) => !variables.has(name) && !CONSTANTS.has(name) && !codes.includes(name),
  );
  expect(unexplained.sort()).toEqual([]);
});

test('every error code and every documented environment variable is used in the sources', () => {
  const unused = (names: string[]): string[] => names.filter((name) => !named.has(name));
  expect({ codes: unused(codes), variables: unused([...variables]) }).toEqual({
    codes: [],
    variables: [],
  });
});

test('every error code has a page, and every page a code', () => {
  expect(pages.toSorted()).toEqual(codes.map((code) => `${code}.md`).toSorted());
});

test('the table of error codes is sorted', () => {
  expect(codes).toEqual(codes.toSorted());
});

test.each(pages)('the page %s has its code as title, its summary, a reason and a fix', (page) => {
  const text = read(page);
  const code = page.replace('.md', '') as keyof typeof GATI_CODES;
  expect(text.split('\n')[0]).toBe(`# ${code}`);
  expect(text.replaceAll('\n', ' ')).toContain(GATI_CODES[code]);
  expect(text).toContain('**Why.**');
  expect(text).toContain('**Fix.**');
  expect(text.split('\n').length).toBeLessThan(70);
});

test('the index of the error pages is what `npm run errors` writes from the table', () => {
  const rows = codes.map(
    (code) => `| [${code}](${code}.md) | ${GATI_CODES[code as keyof typeof GATI_CODES]} |`,
  );
  expect(read('index.md')).toContain(`|---|---|\n${rows.join('\n')}\n`);
});

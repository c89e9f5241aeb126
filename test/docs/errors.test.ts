import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../kit/folders.ts';

const sources = fs
  .readdirSync(path.join(root, 'packages'))
  .map((name) => path.join(root, 'packages', name, 'src'))
  .filter((folder) => fs.existsSync(folder))
  .flatMap((folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
  .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));

const named = new Set(
  sources.flatMap((text) => text.match(/\bGATI_[A-Z][A-Z0-9_]*[A-Z0-9]\b/g) ?? []),
);
const pages = fs.readdirSync(path.join(root, 'docs/errors')).filter((name) => name !== 'index.md');
const environment = fs.readFileSync(path.join(root, 'docs/reference/environment.md'), 'utf8');
const variables = new Set(
  [...environment.matchAll(/(?<!\[)`(GATI_[A-Z_]+)`/g)].map(([, name]) => name!),
);

test('every GATI_ name in the sources is an error with a page, or a documented variable', () => {
  expect(named.size).toBeGreaterThan(30);
  const unexplained = [...named].filter(
    (name) => !variables.has(name) && !pages.includes(`${name}.md`),
  );
  expect(unexplained.sort()).toEqual([]);
});

test('every page and every documented variable is in the sources', () => {
  expect(pages.map((page) => page.replace('.md', '')).filter((code) => !named.has(code))).toEqual(
    [],
  );
  expect([...variables].filter((name) => !named.has(name))).toEqual([]);
});

test.each(pages)('%s has its code as title, what it means and a fix', (page) => {
  const text = fs.readFileSync(path.join(root, 'docs/errors', page), 'utf8');
  expect(text.split('\n')[0]).toBe(`# ${page.replace('.md', '')}`);
  expect(text).toMatch(/fix/i);
  expect(text.split('\n').length).toBeLessThan(50);
});

test('the list names each page', () => {
  const index = fs.readFileSync(path.join(root, 'docs/errors/index.md'), 'utf8');
  const listed = [...index.matchAll(/\]\((GATI_\w+\.md)\)/g)].map(([, page]) => page!);
  expect(listed).toEqual(pages.toSorted());
});

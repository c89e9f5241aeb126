import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@gati/test-kit/repository';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...fs
    .readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

test.each(pages)('links of %s lead somewhere', (page) => {
  const text = fs.readFileSync(path.join(root, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => target!);
  expect(
    targets.filter((target) => !fs.existsSync(path.resolve(root, path.dirname(page), target))),
  ).toEqual([]);
});

test('the README stays short', () => {
  expect(
    fs.readFileSync(path.join(root, 'README.md'), 'utf8').trimEnd().split('\n').length,
  ).toBeLessThanOrEqual(90);
});

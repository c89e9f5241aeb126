import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@gati/test-kit/repository';
import { docsPages, readPage } from './helpers/pages.ts';

test.each(['README.md', 'CONTRIBUTING.md', ...docsPages])(
  'every relative link of %s leads to a file',
  (page) => {
    const text = readPage(page).replaceAll(/```[\s\S]*?```/g, '');
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => target!);
    const broken = targets.filter(
      (target) => !fs.existsSync(path.resolve(root, path.dirname(page), target)),
    );
    expect(broken).toEqual([]);
  },
);

test('the README has at most 90 lines', () => {
  expect(readPage('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(90);
});

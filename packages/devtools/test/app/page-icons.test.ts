import { expect, test } from 'vitest';
import { PAGES } from '../../src/api/pages.ts';
import { dockIcon } from '../../src/app/lib/page-icons.ts';

test('each page has its own icon, which loads nothing from another server', () => {
  const icons = PAGES.map(({ path }) => dockIcon(path));
  for (const icon of icons) expect(icon).toMatch(/^data:image\/svg\+xml,/);
  expect(new Set(icons).size).toBe(PAGES.length);
});

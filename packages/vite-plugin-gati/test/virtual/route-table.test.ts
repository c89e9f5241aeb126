import { toRouterPath } from '@gati/contract/internal';
import { addRoute, createRouter, findRoute } from 'rou3';
import { expect, test } from 'vitest';
import { printMatch } from '../../src/virtual/modules/route-table.ts';

const routes = [
  { method: 'GET', path: '/users/:id' },
  { method: 'POST', path: '/users' },
  { method: 'GET', path: '/users/:id/orders/:order' },
  { method: 'GET', path: '/files/*rest' },
  { method: 'GET', path: '/' },
] as const;

test('the printed route table matches the paths that rou3 matches', () => {
  const text = printMatch([...routes]);
  // oxlint-disable-next-line no-new-func -- the text is code that a build prints
  const match = new Function('routes', `return ${text}`)(routes) as (
    method: string,
    path: string,
  ) => unknown;
  const router = createRouter();
  for (const route of routes) addRoute(router, route.method, toRouterPath(route.path), route);
  for (const method of ['GET', 'POST']) {
    for (const path of [
      '/',
      '//',
      '/users',
      '/users/',
      '/users/42',
      '/users/42/',
      '/users//',
      '/users/42/orders',
      '/users/42/orders/7',
      '/users//orders/7',
      '/files',
      '/files/',
      '/files/a',
      '/files/a/b//c',
      '/other/path',
    ]) {
      const { data, params } = findRoute(router, method, path) ?? {};
      const found = data && { data, ...(params && { params }) };
      expect(match(method, path), `${method} ${path}`).toEqual(found);
    }
  }
  expect(text, 'the loop is faster').not.toContain('p.split(');
});

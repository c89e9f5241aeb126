import { expect, test } from 'vitest';
import { readRoute } from '../../../src/collector/command/read-flags.ts';

test.each([
  [{ route: '/orders/:id' }, { route: '/orders/:id' }],
  [{ route: '/api/orders/:id' }, { route: '/orders/:id' }],
  [{ route: '/api' }, { route: '/' }],
  [{ route: '/apiary' }, { route: '/apiary' }],
  [{ route: 'post /api/orders' }, { route: '/orders', method: 'POST' }],
  [
    { route: 'POST /orders', method: 'get' },
    { route: '/orders', method: 'GET' },
  ],
  [{ method: 'get' }, { method: 'GET' }],
  [{}, {}],
])('%j is read as the route of an app below /api: %j', (flags, expected) => {
  expect(readRoute(flags, '/api')).toEqual(expected);
});

test('without a base, the path of a route stays', () => {
  expect(readRoute({ route: '/api/orders' }, '')).toEqual({ route: '/api/orders' });
});

test('a route without a slash is a usage error', () => {
  expect(() => readRoute({ route: 'orders' }, '/api')).toThrow(/`--route=orders` is not the path/);
});

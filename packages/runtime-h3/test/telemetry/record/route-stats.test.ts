import { expect, test } from 'vitest';
import { bucketOf, RouteStats, routeMetrics } from '../../../src/telemetry/record/route-stats.ts';

test('RouteStats counts requests by status class, in buckets of powers of two', () => {
  const stats = new RouteStats('GET', '/a', '1.0.0');
  for (const us of [0, 1, 3, 1_000_000, 2 ** 31]) stats.observe(200, us);
  stats.observe(503, 10);
  const [ok, failed] = routeMetrics([stats]);
  expect(ok).toMatchObject({
    method: 'GET',
    route: '/a',
    version: '1.0.0',
    status: '2xx',
    count: 5,
  });
  expect(ok?.buckets.find(({ le }) => le === 1e-6)?.count).toBe(1);
  expect(ok?.buckets.find(({ le }) => le === 4e-6)?.count).toBe(3);
  expect(ok?.buckets.at(-1)).toEqual({ le: Number.POSITIVE_INFINITY, count: 5 });
  expect(failed).toMatchObject({ status: '5xx', count: 1, sum: 1e-5 });
});

test('a duration of hours is in the last bucket', () => {
  for (const us of [2 ** 31, 2 ** 32, 2 ** 32 + 5, 2 ** 40]) expect(bucketOf(us)).toBe(31);
  expect([0, 1, 2, 3, 2 ** 31 - 1].map(bucketOf)).toEqual([0, 1, 2, 2, 31]);
});

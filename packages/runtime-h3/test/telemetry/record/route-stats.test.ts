import { expect, test } from 'vitest';
import {
  bucketOf,
  type Exemplar,
  RouteStats,
  routeMetrics,
} from '../../../src/telemetry/record/route-stats.ts';

test('RouteStats counts requests by status, in buckets of powers of two', () => {
  const stats = new RouteStats('GET', '/a', '1.0.0');
  for (const us of [0, 1, 3, 1_000_000, 2 ** 31]) stats.observe(200, us);
  stats.observe(503, 10);
  stats.observe(200, 3);
  const [ok, failed] = routeMetrics([stats]);
  expect(ok).toMatchObject({
    method: 'GET',
    route: '/a',
    version: '1.0.0',
    status: '200',
    count: 6,
  });
  expect(ok?.buckets).toHaveLength(32);
  expect([0, 1, 2, 20, 31].map((bucket) => ok?.buckets[bucket])).toEqual([1, 1, 2, 1, 1]);
  expect(failed).toMatchObject({ status: '503', count: 1, sum: 10 });
});

test('a route counts 16 statuses by themselves, and others by their class', () => {
  const stats = new RouteStats('GET', '/a', '1.0.0');
  for (let round = 0; round < 2; round++)
    for (let status = 400; status < 600; status++) stats.observe(status, 1);
  const counts = Object.fromEntries(
    routeMetrics([stats]).map(({ status, count }) => [status, count]),
  );
  expect(Object.keys(counts)).toHaveLength(18);
  expect(counts).toMatchObject({ 400: 2, 415: 2, '4xx': 168, '5xx': 200 });
});

test('an exemplar of a bucket is its latest request', () => {
  const stats = new RouteStats('GET', '/a', '1.0.0');
  stats.observe(200, 5);
  const exemplar = (us: number, time: number): Exemplar => ({
    us,
    time,
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
  });
  for (const each of [exemplar(5, 20), exemplar(6, 30), exemplar(4, 10), exemplar(500, 1)])
    stats.addExemplar(200, each);
  stats.addExemplar(404, exemplar(5, 40));
  expect(routeMetrics([stats])).toMatchObject([
    { status: '200', exemplars: [{ us: 6, time: 30 }, { us: 500 }] },
  ]);
});

test('a duration of hours is in the last bucket', () => {
  for (const us of [2 ** 31, 2 ** 32, 2 ** 32 + 5, 2 ** 40]) expect(bucketOf(us)).toBe(31);
  expect([0, 1, 2, 3, 2 ** 31 - 1].map(bucketOf)).toEqual([0, 1, 2, 2, 31]);
});

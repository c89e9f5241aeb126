import type { RoutePoint } from '@gati/runtime-h3/telemetry';
import { array, assert, nat, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { compareReleases } from '../../src/server/lens/compare-releases.ts';
import { compareDurations, compareShares } from '../../src/server/lens/statistics.ts';

/** Numbers from 0 to 1 that are the same in each run. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Traffic {
  route: string;
  version: string;
  count: number;
  /** Factor of the durations. */
  slow?: number;
  /** Share of 5xx. */
  failing?: number;
}

/** Requests whose durations have a log-normal distribution around 20 ms. */
function toPoints(
  { route, version, count, slow = 1, failing = 0 }: Traffic,
  random: () => number,
): RoutePoint[] {
  const points = new Map<number, RoutePoint>();
  for (let index = 0; index < count; index++) {
    const normal = Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
    const us = Math.exp(Math.log(20_000) + 0.4 * normal) * slow;
    const statusClass = random() < failing ? 5 : 2;
    let point = points.get(statusClass);
    if (!point) {
      const buckets = Array.from({ length: 32 }, () => 0);
      point = { time: 0, method: 'GET', route, version, statusClass, count: 0, sum: 0, buckets };
      points.set(statusClass, point);
    }
    point.count++;
    point.sum += us;
    point.buckets[Math.min(31, Math.floor(Math.log2(us)) + 1)]!++;
  }
  return [...points.values()];
}

const ROUTES = Array.from({ length: 20 }, (_, index) => `/r${index}`);

test('a route that is 15 % slower and one with 1 % errors are the first rows, and the only sure ones', () => {
  const random = createRandom(7);
  const points = ROUTES.flatMap((route) => [
    ...toPoints({ route, version: '1.0.0', count: 1000 }, random),
    ...toPoints(
      {
        route,
        version: '1.1.0',
        count: 1000,
        ...(route === '/r3' && { slow: 1.15 }),
        ...(route === '/r8' && { failing: 0.02 }),
      },
      random,
    ),
  ]);
  const { routes } = compareReleases(points, ['1.0.0', '1.1.0'], 60);
  expect(
    routes
      .filter(({ verdict }) => verdict === 'worse')
      .map(({ route, because }) => [route, because]),
  ).toEqual(
    expect.arrayContaining([
      ['/r3', ['durations']],
      ['/r8', ['errors']],
    ]),
  );
  expect(
    routes
      .slice(0, 2)
      .map(({ route }) => route)
      .sort(),
  ).toEqual(['/r3', '/r8']);
  expect(routes.slice(2).every(({ verdict }) => verdict === 'same')).toBe(true);
});

test('an identical release has no worse and no better route in 100 comparisons but one', () => {
  let false_ = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const random = createRandom(seed);
    const points = ['1.0.0', '1.1.0'].flatMap((version) =>
      ['/a', '/b'].flatMap((route) =>
        toPoints({ route, version, count: 100, failing: 0.03 }, random),
      ),
    );
    const { routes } = compareReleases(points, ['1.0.0', '1.1.0'], 1);
    if (routes.some(({ verdict }) => verdict !== 'same')) false_++;
  }
  expect(false_).toBeLessThanOrEqual(3);
});

test('a comparison the other way round turns worse into better', () => {
  const buckets = array(nat(200), { minLength: 32, maxLength: 32 });
  assert(
    property(buckets, buckets, (first, second) => {
      expect(compareDurations(first, second)).toBeCloseTo(-compareDurations(second, first), 8);
    }),
    { numRuns: 200 },
  );
  const share = tuple(nat(500), nat(500)).map(([a, b]) => [a, a + b] as const);
  assert(
    property(share, share, (first, second) => {
      const [there, back] = [compareShares(first, second), compareShares(second, first)];
      expect(there.z).toBeCloseTo(-back.z, 8);
      expect(there.low).toBeLessThanOrEqual(there.high);
      expect(Number.isFinite(there.z)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('ten times the traffic of the same kind never makes a verdict less sure', () => {
  const counts = array(nat(50), { minLength: 32, maxLength: 32 });
  assert(
    property(counts, counts, (first, second) => {
      const many = (buckets: number[]): number[] => buckets.map((count) => 10 * count);
      const [few, more] = [
        compareDurations(first, second),
        compareDurations(many(first), many(second)),
      ];
      expect(Math.abs(more)).toBeGreaterThanOrEqual(Math.abs(few) - 1e-9);
    }),
    { numRuns: 200 },
  );
});

test('few requests prove nothing', () => {
  const random = createRandom(3);
  const points = [
    ...toPoints({ route: '/a', version: '1.0.0', count: 5 }, random),
    ...toPoints({ route: '/a', version: '1.1.0', count: 5, failing: 1 }, random),
  ];
  const { routes } = compareReleases(points, ['1.0.0', '1.1.0'], 1);
  expect(routes[0]).toMatchObject({ verdict: 'unsure', because: [], after: { failed: 5 } });
});

test('a route that is faster because it fails is worse', () => {
  const random = createRandom(5);
  const points = [
    ...toPoints({ route: '/a', version: '1.0.0', count: 500 }, random),
    ...toPoints({ route: '/a', version: '1.1.0', count: 500, slow: 0.2, failing: 0.5 }, random),
  ];
  expect(compareReleases(points, ['1.0.0', '1.1.0'], 1).routes[0]).toMatchObject({
    verdict: 'worse',
    because: ['errors'],
  });
});

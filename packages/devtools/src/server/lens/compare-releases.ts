import { quantile, type RoutePoint } from '@gati/runtime-h3/telemetry';
import type { Lens, LensQuantile, LensRoute, LensSide } from '../../api/lens.ts';
import { routeKey } from '../red.ts';
import { compareDurations, compareShares, quantileBounds, sureZ } from './statistics.ts';

const BUCKETS = 32;
/** Minimum number of requests of each release for a comparison. */
const LEAST_REQUESTS = 20;

interface Sum {
  method: string;
  route: string;
  count: number;
  failed: number;
  buckets: Float64Array;
}

/** Compares two releases by route, significantly worse routes first. */
export function compareReleases(
  points: readonly RoutePoint[],
  [before, after]: readonly [string, string],
  minutes: number,
): Lens {
  const [old, next] = [addUp(points, before), addUp(points, after)];
  const keys = [...new Set([...old.keys(), ...next.keys()])];
  const sure = sureZ(2 * keys.length);
  const routes = keys.map((key): LensRoute => {
    const { method, route } = (old.get(key) ?? next.get(key))!;
    return {
      method,
      route,
      before: describe(old.get(key), minutes),
      after: describe(next.get(key), minutes),
      ...judge(old.get(key), next.get(key), sure),
    };
  });
  return { before, after, routes: routes.sort(compareVerdicts) };
}

function addUp(points: readonly RoutePoint[], version: string): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const point of points) {
    if (point.version !== version) continue;
    const { method, route, statusClass, count, buckets } = point;
    const key = routeKey(point);
    let sum = sums.get(key);
    if (!sum) {
      sum = { method, route, count: 0, failed: 0, buckets: new Float64Array(BUCKETS) };
      sums.set(key, sum);
    }
    sum.count += count;
    if (statusClass === 5) sum.failed += count;
    for (let index = 0; index < BUCKETS; index++) sum.buckets[index]! += buckets[index] ?? 0;
  }
  return sums;
}

function describe(sum: Sum | undefined, minutes: number): LensSide {
  if (!sum) return { count: 0, failed: 0, rate: 0 };
  const { count, failed, buckets } = sum;
  const at = (share: number): LensQuantile => {
    const [low, high] = quantileBounds(share, count);
    return {
      value: Math.round(quantile(buckets, share)),
      low: Math.round(quantile(buckets, low)),
      high: Math.round(quantile(buckets, high)),
    };
  };
  return { count, failed, rate: count / minutes, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function judge(
  old: Sum | undefined,
  next: Sum | undefined,
  sure: number,
): Pick<LensRoute, 'errors' | 'verdict' | 'because' | 'score'> {
  const { z, ...errors } = compareShares(
    [old?.failed ?? 0, old?.count ?? 0],
    [next?.failed ?? 0, next?.count ?? 0],
  );
  if (Math.min(old?.count ?? 0, next?.count ?? 0) < LEAST_REQUESTS)
    return { errors, verdict: 'unsure', because: [], score: 0 };
  const found = { errors: z, durations: compareDurations(old!.buckets, next!.buckets) };
  const names = ['errors', 'durations'] as const;
  const worse = names.filter((name) => found[name] > sure);
  const better = names.filter((name) => found[name] < -sure);
  // A route that is faster because it fails is worse.
  if (worse.length > 0)
    return {
      errors,
      verdict: 'worse',
      because: worse,
      score: Math.max(...worse.map((name) => found[name])),
    };
  if (better.length > 0)
    return {
      errors,
      verdict: 'better',
      because: better,
      score: Math.min(...better.map((name) => found[name])),
    };
  return { errors, verdict: 'same', because: [], score: Math.max(found.errors, found.durations) };
}

const ORDER = ['worse', 'same', 'unsure', 'better'];

function compareVerdicts(a: LensRoute, b: LensRoute): number {
  return (
    ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
    b.score - a.score ||
    b.after.count - a.after.count
  );
}

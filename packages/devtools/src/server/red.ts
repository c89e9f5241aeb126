import { quantile, type RoutePoint } from '@gati/runtime-h3/telemetry';
import type { Red, RedPoint } from '../api/types.ts';

const BUCKETS = 32;

/** Adds up requests: their number, errors and durations. */
export class RedSum {
  #count = 0;
  #rejected = 0;
  #failed = 0;
  readonly #buckets: Float64Array = new Float64Array(BUCKETS);

  add({ statusClass, count, buckets }: RoutePoint): void {
    this.#count += count;
    if (statusClass === 4) this.#rejected += count;
    if (statusClass === 5) this.#failed += count;
    for (let index = 0; index < BUCKETS; index++) this.#buckets[index]! += buckets[index] ?? 0;
  }

  /** Returns the sums, with quantiles if there was a request. */
  result(): Red {
    const red: Red = { count: this.#count, rejected: this.#rejected, failed: this.#failed };
    if (this.#count === 0) return red;
    return {
      ...red,
      p50: Math.round(quantile(this.#buckets, 0.5)),
      p95: Math.round(quantile(this.#buckets, 0.95)),
      p99: Math.round(quantile(this.#buckets, 0.99)),
    };
  }
}

/** Groups points and adds up each group. The groups keep the order of their first point. */
export function groupRed(
  points: readonly RoutePoint[],
  keyOf: (point: RoutePoint) => string,
): { first: RoutePoint; points: RoutePoint[]; red: Red }[] {
  const groups = new Map<string, { first: RoutePoint; points: RoutePoint[]; sum: RedSum }>();
  for (const point of points) {
    const key = keyOf(point);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { first: point, points: [], sum: new RedSum() }));
    group.points.push(point);
    group.sum.add(point);
  }
  return [...groups.values()].map(({ first, points, sum }) => ({
    first,
    points,
    red: sum.result(),
  }));
}

/** Adds up all points. */
export function totalRed(points: readonly RoutePoint[]): Red {
  const sum = new RedSum();
  for (const point of points) sum.add(point);
  return sum.result();
}

/** Returns one point for each step of a range, also for steps without requests. */
export function redSeries(
  points: readonly RoutePoint[],
  { from, to, step }: { from: number; to: number; step: number },
): RedPoint[] {
  const sums = new Map<number, RedSum>();
  const start = Math.floor(from / step) * step;
  for (const point of points) {
    const time = Math.floor(point.time / step) * step;
    let sum = sums.get(time);
    if (!sum) sums.set(time, (sum = new RedSum()));
    sum.add(point);
  }
  const series: RedPoint[] = [];
  for (let time = start; time < to; time += step)
    series.push({ time, ...(sums.get(time)?.result() ?? { count: 0, rejected: 0, failed: 0 }) });
  return series;
}

/** Identifies a route over all versions. */
export const routeKey = ({ method, route }: { method: string; route: string }): string =>
  `${method} ${route}`;

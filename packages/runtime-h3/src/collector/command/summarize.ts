import { BUCKETS } from '../../telemetry/record/route-stats.ts';
import { quantile } from '../../telemetry/record/quantile.ts';
import type { RoutePoint } from '../../types/telemetry-source.ts';

/** One route of one release over a time. Durations are microseconds. */
export interface RouteSummary {
  method: string;
  route: string;
  version: string;
  count: number;
  /** Responses with a status of 500 and above. */
  errors: number;
  p50: number;
  p95: number;
  p99: number;
}

/** Adds up points by method, route and version. Routes with the most requests come first. */
export function summarize(points: readonly RoutePoint[]): RouteSummary[] {
  const groups = new Map<string, RoutePoint[]>();
  for (const point of points) {
    const key = JSON.stringify([point.method, point.route, point.version]);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(point);
  }
  return [...groups.values()]
    .map((group) => {
      const { method, route, version } = group[0]!;
      const total = (of: (point: RoutePoint) => number): number =>
        group.reduce((sum, point) => sum + of(point), 0);
      const count = total((point) => point.count);
      const buckets = Array.from({ length: BUCKETS }, (_, index) =>
        total((point) => point.buckets[index] ?? 0),
      );
      return {
        method,
        route,
        version,
        count,
        errors: total((point) => (point.statusClass === 5 ? point.count : 0)),
        p50: quantile(buckets, 0.5),
        p95: quantile(buckets, 0.95),
        p99: quantile(buckets, 0.99),
      };
    })
    .toSorted((a, b) => b.count - a.count || a.route.localeCompare(b.route));
}

import { getOrCreate } from '../collections/get-or-create.ts';
import { BUCKETS, bucketOf } from '../telemetry/record/route-stats.ts';
import type { RequestRecord } from '../types/telemetry.ts';
import type { RoutePoint } from '../types/telemetry-source.ts';

/** Requests by method, route, version and status class since the collector started. */
export interface RouteTotals {
  /** Epoch milliseconds. */
  readonly start: number;
  add(request: RequestRecord): void;
  points(): RoutePoint[];
}

export function createRouteTotals(start: number): RouteTotals {
  const totals = new Map<string, RoutePoint>();
  return {
    start,
    add({ method, route, version, status, us }) {
      const statusClass = Math.trunc(status / 100);
      const key = JSON.stringify([method, route, version, statusClass]);
      const total = getOrCreate(totals, key, () => ({
        time: start,
        method,
        route,
        version,
        statusClass,
        count: 0,
        sum: 0,
        buckets: Array.from({ length: BUCKETS }, () => 0),
      }));
      const bucket = bucketOf(us);
      total.count++;
      total.sum += us;
      total.buckets[bucket] = (total.buckets[bucket] ?? 0) + 1;
    },
    points: () => [...totals.values()],
  };
}

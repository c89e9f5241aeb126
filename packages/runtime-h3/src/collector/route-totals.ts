import { getOrCreate } from '../collections/get-or-create.ts';
import { type RouteMetric, routeMetrics, RouteStats } from '../telemetry/record/route-stats.ts';
import type { RequestRecord } from '../types/telemetry.ts';

/** Requests by method, route, version and status since the collector started. */
export interface RouteTotals {
  /** Epoch milliseconds. */
  readonly start: number;
  add(request: RequestRecord): void;
  metrics(): RouteMetric[];
}

export function createRouteTotals(start: number): RouteTotals {
  const totals = new Map<string, RouteStats>();
  return {
    start,
    add({ method, route, version, status, us, time, traceId, spanId, sampled }) {
      const key = JSON.stringify([method, route, version]);
      const stats = getOrCreate(totals, key, () => new RouteStats(method, route, version));
      stats.observe(status, us);
      if (sampled === true) stats.addExemplar(status, { us, time, traceId, spanId });
    },
    metrics: () => routeMetrics(totals.values()),
  };
}

import { getOrCreate } from '../../collections/get-or-create.ts';
import type { SocketMetric } from '../export/server-metrics.ts';
import { BUCKETS, bucketOf, type RouteStats } from './route-stats.ts';

/** Counts the open WebSockets of each route, and how long closed ones were open. */
export class SocketStats {
  readonly #metrics = new Map<RouteStats, SocketMetric>();

  /** Counts a socket that opens. */
  open(route: RouteStats): void {
    this.#of(route).open++;
  }

  /** @param us microseconds for which the socket was open */
  close(route: RouteStats, us: number): void {
    const metric = this.#of(route);
    const bucket = bucketOf(us);
    metric.open--;
    metric.count++;
    metric.sum += us;
    metric.buckets[bucket] = (metric.buckets[bucket] ?? 0) + 1;
  }

  metrics(): SocketMetric[] {
    return [...this.#metrics.values()];
  }

  #of(stats: RouteStats): SocketMetric {
    return getOrCreate(this.#metrics, stats, () => ({
      route: stats.route,
      version: stats.version,
      open: 0,
      count: 0,
      sum: 0,
      buckets: Array.from({ length: BUCKETS }, () => 0),
    }));
  }
}

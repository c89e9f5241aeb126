import { bucketOf, type RouteStats } from '../record/route-stats.ts';

/** Number of requests from which on a route has a p99. */
const LEAST = 100;

interface SlowLimit {
  /** Bucket of the p99. */
  bucket: number;
  /** Number of requests at which the p99 is computed again. */
  until: number;
}

/** Finds slow requests of each route with the histogram of the metrics. */
export class SlowLimits {
  readonly #limits = new WeakMap<RouteStats, SlowLimit>();

  /** Whether a duration is in a higher bucket than the p99 of the route. */
  isSlow(stats: RouteStats, us: number): boolean {
    let limit = this.#limits.get(stats);
    const count = countOf(stats);
    if (count < LEAST) return false;
    if (limit === undefined || count >= limit.until) {
      limit = { bucket: bucketAt(stats, count * 0.99), until: count + Math.max(LEAST, count / 10) };
      this.#limits.set(stats, limit);
    }
    return bucketOf(us) > limit.bucket;
  }
}

function countOf({ statuses }: RouteStats): number {
  let count = 0;
  for (const stats of statuses) count += stats.count;
  return count;
}

/** Returns the bucket of the request with this rank. */
function bucketAt({ statuses }: RouteStats, rank: number): number {
  let count = 0;
  let bucket = 0;
  for (; count < rank; bucket++) for (const { buckets } of statuses) count += buckets[bucket] ?? 0;
  return bucket - 1;
}

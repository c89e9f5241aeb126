/** Bucket `n` counts durations below 2^n microseconds; the last one has no upper bound. */
export const BUCKETS: number = 32;

/** Returns the bucket of a duration in microseconds. */
export function bucketOf(us: number): number {
  // `clz32` sees the lowest 32 bits only, and event streams live for hours.
  if (us >= 2 ** 31) return BUCKETS - 1;
  return us < 1 ? 0 : 32 - Math.clz32(us);
}

export interface Histogram {
  buckets: Uint32Array;
  count: number;
  /** Microseconds. */
  sum: number;
}

/** Rate, errors and duration of one route in one release, by status class. */
export class RouteStats {
  readonly method: string;
  /** Path template; empty for requests without a route. */
  readonly route: string;
  readonly version: string;
  /** By status class: index 2 is 2xx. */
  readonly classes: (Histogram | undefined)[] = [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ];
  /** Start of an access log line by status, created once. */
  readonly logLineStarts: Record<number, string> = {};

  constructor(method: string, route: string, version: string) {
    this.method = method;
    this.route = route;
    this.version = version;
  }

  /** @param us duration in microseconds */
  observe(status: number, us: number): void {
    const index = (status / 100) | 0;
    const histogram = (this.classes[index] ??= {
      buckets: new Uint32Array(BUCKETS),
      count: 0,
      sum: 0,
    });
    const bucket = bucketOf(us);
    histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
    histogram.count++;
    histogram.sum += us;
  }

  /** Returns the start of an access log line, up to the duration. */
  logLineStart(status: number): string {
    return (this.logLineStarts[status] ??=
      `{"level":"info","msg":"request","method":${JSON.stringify(this.method)},"route":${JSON.stringify(this.route)},"status":${status},"version":${JSON.stringify(this.version)},"us":`);
  }
}

/** Requests of one route, version and status class. */
export interface RouteMetric {
  method: string;
  route: string;
  version: string;
  /** `2xx` */
  status: string;
  count: number;
  /** Seconds. */
  sum: number;
  /** Upper bounds in seconds, cumulative counts. */
  buckets: { le: number; count: number }[];
}

/** Converts stats to metrics with cumulative buckets, as Prometheus has them. */
export function routeMetrics(stats: Iterable<RouteStats>): RouteMetric[] {
  const metrics: RouteMetric[] = [];
  for (const { method, route, version, classes } of stats) {
    classes.forEach((histogram, index) => {
      if (histogram === undefined) return;
      let total = 0;
      const buckets = Array.from(histogram.buckets, (count, power) => ({
        le: power === BUCKETS - 1 ? Number.POSITIVE_INFINITY : 2 ** power / 1e6,
        count: (total += count),
      }));
      metrics.push({
        method,
        route,
        version,
        status: `${index}xx`,
        count: histogram.count,
        sum: histogram.sum / 1e6,
        buckets,
      });
    });
  }
  return metrics;
}

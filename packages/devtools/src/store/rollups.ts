import type { MetricQuery, RequestRecord, RoutePoint } from '@gati/runtime-h3/telemetry';

/** Milliseconds that one point sums up. */
const STEP = 10_000;
/** Maximum number of points. The oldest are dropped first. */
const MAX_POINTS = 20_000;
const BUCKETS = 32;

/** Sums of requests by step, route, version and status class. */
export interface Rollups {
  add(request: RequestRecord): void;
  read(query: MetricQuery): RoutePoint[];
}

export function createRollups(): Rollups {
  /** A map keeps the order of insertion, which is that of time. */
  const points = new Map<string, RoutePoint>();
  return {
    add({ method, route, version, status, us, time: end }) {
      const time = Math.floor(end / STEP) * STEP;
      const statusClass = Math.floor(status / 100);
      const key = `${time} ${statusClass} ${version} ${method} ${route}`;
      let point = points.get(key);
      if (!point) {
        const buckets = Array.from({ length: BUCKETS }, () => 0);
        point = { time, method, route, version, statusClass, count: 0, sum: 0, buckets };
        points.set(key, point);
        if (points.size > MAX_POINTS) points.delete(points.keys().next().value!);
      }
      point.count++;
      point.sum += us;
      const bucket = us < 1 ? 0 : Math.min(32 - Math.clz32(us), BUCKETS - 1);
      point.buckets[bucket] = (point.buckets[bucket] ?? 0) + 1;
    },
    read: ({ from, to, method, route, version }) =>
      [...points.values()].filter(
        (point) =>
          point.time + STEP > from &&
          point.time < to &&
          (method === undefined || point.method === method) &&
          (route === undefined || point.route === route) &&
          (version === undefined || point.version === version),
      ),
  };
}

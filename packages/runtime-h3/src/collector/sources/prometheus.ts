import { getOrCreate } from '../../collections/get-or-create.ts';
import { bucketOf, BUCKETS, RUN_METHOD } from '../../telemetry/record/route-stats.ts';
import type { MetricQuery, RoutePoint } from '../../types/telemetry-source.ts';
import { checkStep, checkText } from '../store/check-query.ts';
import type { HttpSource } from './http-source.ts';
import { printSelector } from './query-text.ts';
import { parseSeries, toStepQuery, type Series, stepStart } from './series.ts';

/** The histogram of `/metrics`. */
const HISTOGRAM = 'http_server_request_duration_seconds';
/** Labels that make a series of the store. */
const LABELS = 'http_request_method, http_route, version, status_class';

/** The metrics of requests, from the Prometheus that scrapes the servers of the app. */
export interface PrometheusMetrics {
  /** Whether Prometheus has the metrics that a query asks for. It has none of runs in this form. */
  has(query: MetricQuery): boolean;
  /** @throws {SourceError} when Prometheus does not respond */
  metrics(query: MetricQuery): Promise<RoutePoint[]>;
}

/** @param labels that the series of this app have: `{ job: 'shop' }` */
export function createPrometheus(
  source: HttpSource,
  labels: Record<string, string>,
): PrometheusMetrics {
  return {
    has: ({ method }) => method !== RUN_METHOD,
    async metrics(query) {
      checkStep(query);
      for (const name of ['method', 'route', 'version'] as const) checkText(name, query[name]);
      const { times, window } = toStepQuery(query);
      const read = async (suffix: string, by: string): Promise<Series[]> =>
        parseSeries(
          await source.get('/api/v1/query_range', {
            query: printIncrease({ ...query, step: window }, labels, suffix, by),
            ...times,
          }),
        );
      const [buckets, sums] = await Promise.all([
        read('bucket', `${LABELS}, le`),
        read('sum', LABELS),
      ]);
      return toPoints(buckets, sums, window);
    },
  };
}

/** Prints the PromQL for the increase in each step, by labels. */
function printIncrease(
  { method, route, version, step }: MetricQuery,
  labels: Record<string, string>,
  suffix: string,
  by: string,
): string {
  const selector = printSelector({
    ...labels,
    http_request_method: method,
    http_route: route,
    version,
  });
  const series = `${HISTOGRAM}_${suffix}${selector}`;
  const classed = `label_replace(increase(${series}[${step}ms]), "status_class", "$1", "http_response_status_code", "(.).*")`;
  return `sum by (${by}) (${classed})`;
}

function toPoints(buckets: Series[], sums: Series[], step: number): RoutePoint[] {
  const points = new Map<string, RoutePoint>();
  const pointAt = (metric: Series['metric'], seconds: number): RoutePoint => {
    const time = stepStart(seconds, step);
    const { http_request_method: method = '', http_route: route = '', version = '' } = metric;
    const statusClass = Number(metric['status_class']) || 0;
    const key = JSON.stringify([time, method, route, version, statusClass]);
    return getOrCreate(points, key, () => ({
      time,
      method,
      route,
      version,
      statusClass,
      count: 0,
      sum: 0,
      buckets: Array.from({ length: BUCKETS }, () => 0),
    }));
  };
  for (const [metric, bounds] of groupByBound(buckets))
    for (const [seconds, counts] of bounds) addCounts(pointAt(metric, seconds), counts);
  for (const { metric, values } of sums)
    for (const [seconds, value] of values)
      pointAt(metric, seconds).sum += toCount(value) * 1_000_000;
  return [...points.values()]
    .map((point) => ({ ...point, count: Math.round(point.count), sum: Math.round(point.sum) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.time - b.time);
}

/** Counts of durations up to a bound, by the bound in microseconds. */
type Cumulative = Map<number, number>;

/**
 * Groups series by histogram. Yields the labels of each histogram, and its counts by time and
 * bound.
 */
function* groupByBound(series: Series[]): Iterable<[Series['metric'], Map<number, Cumulative>]> {
  const groups = new Map<string, { metric: Series['metric']; times: Map<number, Cumulative> }>();
  for (const { metric, values } of series) {
    const { le = '+Inf', ...labels } = metric;
    const group = getOrCreate(groups, JSON.stringify(Object.entries(labels).sort()), () => ({
      metric: labels,
      times: new Map<number, Cumulative>(),
    }));
    const bound = le === '+Inf' ? Infinity : Number(le) * 1_000_000;
    for (const [seconds, value] of values)
      getOrCreate(group.times, seconds, () => new Map()).set(bound, toCount(value));
  }
  for (const { metric, times } of groups.values()) yield [metric, times];
}

function addCounts(point: RoutePoint, cumulative: Cumulative): void {
  let low = 0;
  let before = 0;
  for (const [high, upTo] of [...cumulative].sort(([a], [b]) => a - b)) {
    const inside = Math.max(0, upTo - before);
    spread(point.buckets, low, high, inside);
    point.count += inside;
    before = Math.max(before, upTo);
    low = high;
  }
}

/**
 * Adds durations between two bounds in microseconds to the buckets of the store, evenly: the bounds
 * of `/metrics` are others.
 */
function spread(buckets: number[], low: number, high: number, count: number): void {
  if (count === 0) return;
  const first = bucketOf(low);
  // Longer ones than the last bound are in the bucket above it.
  if (high === Infinity) return void (buckets[Math.min(first, BUCKETS - 1)]! += count);
  for (let bucket = first; bucket <= bucketOf(high); bucket++) {
    const start = Math.max(low, bucket === 0 ? 0 : 2 ** (bucket - 1));
    const overlap = Math.min(high, 2 ** bucket) - start;
    if (overlap > 0) buckets[bucket]! += (count * overlap) / (high - low);
  }
}

/** Prometheus prints `NaN` and `+Inf` too. */
function toCount(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : 0;
}

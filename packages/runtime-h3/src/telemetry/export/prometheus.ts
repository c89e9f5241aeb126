import type { QueueStats } from '../../ports.ts';
import { CRASH_CAUSES, type CrashCounts } from '../record/crash-counts.ts';
import type { LimitMetrics } from '../record/limit-counts.ts';
import type { RouteMetric } from '../record/route-stats.ts';

/**
 * Metrics of one worker, as plain data that survives JSON. JSON turns the infinite bound of the last
 * bucket into `null`.
 */
export interface WorkerMetrics {
  inflight: number;
  routes: RouteMetric[];
  limits: LimitMetrics;
  /** Present in a worker that runs jobs. All workers report the same jobs of a `shared` queue. */
  effects?: { jobs: QueueStats; shared: boolean };
}

/** Bounds outside of these two say nothing about a request over a network. Seconds. */
const MIN_BOUND = 1e-4;
const MAX_BOUND = 60;

/** Metrics of all processes of a server. */
export interface ServerMetrics {
  /** Of all workers that replied in time. */
  workers: WorkerMetrics[];
  /** How often the supervisor was at its limits. */
  limits: LimitMetrics;
  /** How often workers were replaced, by cause. */
  crashes: CrashCounts;
}

/** Prints the metrics of all processes together, in Prometheus' text format 0.0.4. */
export function printMetrics({ workers, limits, crashes }: ServerMetrics): string {
  const inflight = workers.reduce((sum, worker) => sum + worker.inflight, 0);
  const lines = [
    '# HELP gati_workers Workers that responded to this scrape.',
    '# TYPE gati_workers gauge',
    `gati_workers ${workers.length}`,
    '# HELP gati_requests_in_flight Requests without a complete response.',
    '# TYPE gati_requests_in_flight gauge',
    `gati_requests_in_flight ${inflight}`,
    ...effectLines(workers),
    ...crashLines(crashes),
    ...limitLines([...workers.map((worker) => worker.limits), limits]),
    '# HELP http_server_request_duration_seconds Time to the complete response.',
    '# TYPE http_server_request_duration_seconds histogram',
    ...addUp(workers.flatMap(({ routes }) => routes)).flatMap(durationLines),
  ];
  return `${lines.join('\n')}\n`;
}

/** Each cause has a line from the start, so that its first crash is an increase. */
function crashLines(crashes: CrashCounts): string[] {
  return [
    '# HELP gati_worker_crashes_total Workers that were replaced or could not start, by cause.',
    '# TYPE gati_worker_crashes_total counter',
    ...CRASH_CAUSES.map(
      (cause) => `gati_worker_crashes_total{cause="${cause}"} ${crashes[cause] ?? 0}`,
    ),
  ];
}

/** A limit that no process was at has no line. */
function limitLines(processes: LimitMetrics[]): string[] {
  const counts = new Map<string, number>();
  for (const limits of processes)
    for (const [limit, count] of Object.entries(limits))
      counts.set(limit, (counts.get(limit) ?? 0) + count);
  if (counts.size === 0) return [];
  return [
    '# HELP gati_limit_reached_total How often a process was at a limit.',
    '# TYPE gati_limit_reached_total counter',
    ...[...counts].map(([limit, count]) => `gati_limit_reached_total{limit="${limit}"} ${count}`),
  ];
}

function effectLines(workers: WorkerMetrics[]): string[] {
  const counts = new Map<string, number>();
  for (const { effects } of workers) {
    for (const [state, count] of Object.entries(effects?.jobs ?? {})) {
      const known = counts.get(state) ?? 0;
      counts.set(state, effects?.shared ? Math.max(known, count) : known + count);
    }
  }
  if (counts.size === 0) return [];
  return [
    '# HELP gati_effect_jobs Jobs in the queue by state.',
    '# TYPE gati_effect_jobs gauge',
    ...[...counts].map(([state, count]) => `gati_effect_jobs{state="${state}"} ${count}`),
  ];
}

function durationLines({
  method,
  route,
  version,
  status,
  buckets,
  count,
  sum,
}: RouteMetric): string[] {
  const name = 'http_server_request_duration_seconds';
  const labels = `method="${escape(method)}",route="${escape(route)}",version="${escape(version)}",status="${status}"`;
  return [
    ...buckets
      .filter(({ le }) => le !== null && le >= MIN_BOUND && le <= MAX_BOUND)
      .map((bucket) => `${name}_bucket{${labels},le="${bucket.le}"} ${bucket.count}`),
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

/** Adds up the metrics of the same route, version and status class. */
function addUp(metrics: RouteMetric[]): RouteMetric[] {
  const sums = new Map<string, RouteMetric>();
  for (const metric of metrics) {
    const key = JSON.stringify([metric.method, metric.route, metric.version, metric.status]);
    const known = sums.get(key);
    if (!known) {
      sums.set(key, { ...metric, buckets: metric.buckets.map((bucket) => ({ ...bucket })) });
      continue;
    }
    known.count += metric.count;
    known.sum += metric.sum;
    metric.buckets.forEach(({ count }, index) => {
      known.buckets[index]!.count += count;
    });
  }
  return [...sums.values()];
}

function escape(label: string): string {
  return label
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}

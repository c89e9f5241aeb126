import type { QueueStats } from '../../ports.ts';
import type { RouteMetric } from '../record/route-stats.ts';

/** What one worker counted. Plain data that survives JSON (where the last bucket's infinite bound is `null`). */
export interface WorkerMetrics {
  inflight: number;
  routes: RouteMetric[];
  /** Of a worker that runs effects. A shared queue is the same one for all that tell of it. */
  effects?: { jobs: QueueStats; shared: boolean };
}

/** Bounds outside of these say nothing about a request over a network. Seconds. */
const LEAST_BOUND = 1e-4;
const MOST_BOUND = 60;

/** Prometheus' text format 0.0.4 of all workers together. */
export function printMetrics(workers: WorkerMetrics[]): string {
  const lines = [
    '# HELP gati_workers Workers that answered this scrape.',
    '# TYPE gati_workers gauge',
    `gati_workers ${workers.length}`,
    '# HELP gati_requests_in_flight Requests without a complete answer.',
    '# TYPE gati_requests_in_flight gauge',
    `gati_requests_in_flight ${workers.reduce((sum, { inflight }) => sum + inflight, 0)}`,
  ];
  const effects = new Map<string, number>();
  for (const { effects: queue } of workers) {
    for (const [state, count] of Object.entries(queue?.jobs ?? {})) {
      const before = effects.get(state) ?? 0;
      effects.set(state, queue?.shared ? Math.max(before, count) : before + count);
    }
  }
  if (effects.size > 0) {
    lines.push(
      '# HELP gati_effect_jobs Jobs in the queue by state.',
      '# TYPE gati_effect_jobs gauge',
    );
    for (const [state, count] of effects) lines.push(`gati_effect_jobs{state="${state}"} ${count}`);
  }
  lines.push(
    '# HELP http_server_request_duration_seconds Time to the complete answer.',
    '# TYPE http_server_request_duration_seconds histogram',
  );
  for (const metric of sum(workers.flatMap(({ routes }) => routes))) {
    const { method, route, version, status } = metric;
    const labels = `method="${escape(method)}",route="${escape(route)}",version="${escape(version)}",status="${status}"`;
    for (const { le, count } of metric.buckets) {
      if (le !== null && le >= LEAST_BOUND && le <= MOST_BOUND)
        lines.push(`http_server_request_duration_seconds_bucket{${labels},le="${le}"} ${count}`);
    }
    lines.push(
      `http_server_request_duration_seconds_bucket{${labels},le="+Inf"} ${metric.count}`,
      `http_server_request_duration_seconds_sum{${labels}} ${metric.sum}`,
      `http_server_request_duration_seconds_count{${labels}} ${metric.count}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function sum(metrics: RouteMetric[]): RouteMetric[] {
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

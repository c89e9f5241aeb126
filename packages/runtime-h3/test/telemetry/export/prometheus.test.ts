import { expect, test } from 'vitest';
import {
  printMetrics as print,
  type WorkerMetrics,
} from '../../../src/telemetry/export/prometheus.ts';
import { RouteStats, routeMetrics } from '../../../src/telemetry/record/route-stats.ts';

const worker = (us: number[], more: Partial<WorkerMetrics> = {}): WorkerMetrics => {
  const stats = new RouteStats('GET', '/a"b', '1.0.0');
  for (const one of us) stats.observe(200, one);
  return { inflight: 1, routes: routeMetrics([stats]), limits: {}, ...more };
};
// Metrics pass between processes as JSON, which has no `Infinity`.
const printMetrics = (workers: WorkerMetrics[]): string =>
  print({ workers, limits: {}, crashes: {} });

const overChannel = (metrics: WorkerMetrics): WorkerMetrics => JSON.parse(JSON.stringify(metrics));

test('printMetrics adds up the requests of all workers', () => {
  const lines = printMetrics([worker([250, 750]), overChannel(worker([500]))]).split('\n');
  const labels = 'method="GET",route="/a\\"b",version="1.0.0",status="2xx"';
  expect(lines).toContain('gati_workers 2');
  expect(lines).toContain('gati_requests_in_flight 2');
  const name = 'http_server_request_duration_seconds';
  expect(lines).toContain(`${name}_bucket{${labels},le="0.000512"} 2`);
  expect(lines).toContain(`${name}_bucket{${labels},le="0.001024"} 3`);
  expect(lines).toContain(`${name}_bucket{${labels},le="+Inf"} 3`);
  expect(lines).toContain(`${name}_sum{${labels}} 0.0015`);
  expect(lines).toContain(`${name}_count{${labels}} 3`);
  // Bounds below 0.1 ms and above a minute are left out.
  expect(lines.filter((line) => line.includes('_bucket{'))).toHaveLength(20);
});

test('printMetrics adds up how often workers were at a limit', () => {
  const at = [
    worker([], { limits: { unsent: 2, body: 1 } }),
    worker([], { limits: { unsent: 1 } }),
  ];
  const lines = printMetrics(at.map(overChannel)).split('\n');
  expect(lines).toContain('gati_limit_reached_total{limit="unsent"} 3');
  expect(lines).toContain('gati_limit_reached_total{limit="body"} 1');
  expect(printMetrics([worker([])])).not.toContain('gati_limit');
});

test('printMetrics counts the jobs of a shared queue once, and those of memory queues per worker', () => {
  const jobs = { waiting: 2, delayed: 0, active: 1, dead: 0 };
  const print = (shared: boolean): string =>
    printMetrics([
      worker([], { effects: { jobs, shared } }),
      worker([], { effects: { jobs, shared } }),
    ]);
  expect(print(true)).toContain('gati_effect_jobs{state="waiting"} 2\n');
  expect(print(false)).toContain('gati_effect_jobs{state="waiting"} 4\n');
});

import { expect, test } from 'vitest';
import { addUpEnded } from '../../../src/telemetry/export/add-up.ts';
import { printMetrics } from '../../../src/telemetry/export/print-metrics.ts';
import type { WorkerMetrics } from '../../../src/telemetry/export/server-metrics.ts';
import { RouteStats, routeMetrics } from '../../../src/telemetry/record/route-stats.ts';
import { parseOpenMetrics } from '../../helpers/parse-openmetrics.ts';
import { serverMetrics } from '../../helpers/server-metrics.ts';

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

const worker = (us: number[], more: Partial<WorkerMetrics> = {}): WorkerMetrics => {
  const stats = new RouteStats('GET', '/a"b', '1.0.0');
  for (const one of us) stats.observe(200, one);
  const metrics = { inflight: 1, routes: routeMetrics([stats]), limits: {}, ...more };
  // Metrics pass between processes as JSON.
  return JSON.parse(JSON.stringify(metrics)) as WorkerMetrics;
};

const print = (workers: WorkerMetrics[]): string[] =>
  printMetrics(serverMetrics(workers)).text.split('\n');

test('/metrics adds up the requests of all workers', () => {
  const lines = print([worker([250, 750]), worker([500])]);
  const labels =
    'http_request_method="GET",http_route="/a\\"b",http_response_status_code="200",version="1.0.0"';
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

test('/metrics adds up how often processes were at a limit', () => {
  const lines = print([
    worker([], { limits: { unsent: 2, body: 1 } }),
    worker([], { limits: { unsent: 1 } }),
  ]);
  expect(lines).toContain('gati_limit_reached_total{limit="unsent"} 3');
  expect(lines).toContain('gati_limit_reached_total{limit="body"} 1');
  expect(print([worker([])]).join('\n')).not.toContain('gati_limit');
});

test('/metrics counts the jobs of a shared queue once, and those of memory queues per worker', () => {
  const jobs = { waiting: 2, delayed: 0, active: 1, dead: 0 };
  const both = (shared: boolean): string[] =>
    print([worker([], { effects: { jobs, shared } }), worker([], { effects: { jobs, shared } })]);
  expect(both(true)).toContain('gati_effect_jobs{state="waiting"} 2');
  expect(both(false)).toContain('gati_effect_jobs{state="waiting"} 4');
});

test('the counts of a worker that ended stay, and what it had open does not', () => {
  const drops = [{ signal: 'logs', reason: 'rejected', records: 4 }];
  const sockets = [
    { route: '/chat', version: '1.0.0', open: 3, count: 1, sum: 5e6, buckets: [] as number[] },
  ];
  const runs = [
    {
      effect: 'ship',
      version: '1.0.0',
      outcome: 'completed' as const,
      count: 2,
      sum: 9,
      buckets: [0, 0, 2],
    },
  ];
  const enqueued = [{ effect: 'ship', count: 5 }];
  const gone = worker([300], { limits: { body: 1 }, drops, sockets, runs, enqueued });
  const running = worker([300], { drops, sockets, runs, enqueued });
  const { text } = printMetrics(
    serverMetrics([running], { others: [addUpEnded([gone, addUpEnded([gone])])] }),
  );
  expect(text).toMatch(/^http_server_request_duration_seconds_count\{.*\} 3$/m);
  expect(text).toMatch(/^gati_requests_in_flight 1$/m);
  expect(text).toMatch(/^gati_workers 1$/m);
  expect(text).toMatch(/^gati_limit_reached_total\{limit="body"\} 2$/m);
  expect(text).toMatch(/^gati_telemetry_dropped_total\{signal="logs",reason="rejected"\} 12$/m);
  expect(text).toMatch(/^gati_websockets_open\{http_route="\/chat",version="1.0.0"\} 3$/m);
  expect(text).toMatch(
    /^messaging_process_duration_seconds_count\{messaging_destination_name="ship",outcome="completed",version="1.0.0"\} 6$/m,
  );
  expect(text).toMatch(
    /^messaging_client_sent_messages_total\{messaging_destination_name="ship"\} 15$/m,
  );
  expect(text).toMatch(/^gati_websocket_duration_seconds_count\{.*\} 3$/m);
});

/** A worker that has everything. */
function fullWorker(): WorkerMetrics {
  const get = new RouteStats('GET', '/chat', '1.0.0');
  const socket = new RouteStats('WS', '/chat', '1.0.0');
  for (const us of [3, 128, 500, 2 ** 31]) get.observe(200, us);
  socket.observe(101, 900);
  for (const [us, time] of [
    [3, 1_700_000_000_123],
    [128, 1_700_000_000_124],
    [100, 1_700_000_000_200],
    [2 ** 31, 1_700_000_000_300],
  ] as const)
    get.addExemplar(200, { us, time, traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) });
  return worker([], {
    process: { ...serverMetrics([]).supervisor, kind: 'http', pid: 2 },
    routes: routeMetrics([get, socket]),
    sockets: [{ route: '/chat\\"\n', version: '1.0.0', open: 1, count: 0, sum: 0, buckets: [] }],
    infos: [
      { method: 'GET', route: '/chat', version: '1.0.0' },
      { method: 'GET', route: '/never', version: '1.0.0' },
      { method: 'WS', route: '/chat', version: '1.0.0' },
    ],
    releases: [{ version: '1.0.0', status: 'live', isCurrent: true }],
    modules: { store: false },
    runs: [
      { effect: 'ship', version: '1.0.0', outcome: 'dead', count: 1, sum: 7e6, buckets: [] },
    ].map((run) => ({ ...run, outcome: 'dead' as const })),
    enqueued: [{ effect: 'ship', count: 1 }],
    limits: { body: 1 },
    drops: [{ signal: 'lines', reason: 'queue full', records: 2 }],
    effects: { jobs: { waiting: 1, delayed: 0, active: 0, dead: 0 }, shared: true },
  });
}

test('OpenMetrics has types, units, exemplars with times, and its end', () => {
  const { type, text } = printMetrics(serverMetrics([fullWorker()]), OPENMETRICS);
  expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  const families = parseOpenMetrics(text);
  expect(families.get('http_server_request_duration_seconds')).toMatchObject({
    type: 'histogram',
    unit: 'seconds',
  });
  const exemplars = families
    .get('http_server_request_duration_seconds')!
    .samples.flatMap(({ labels, exemplar }) =>
      exemplar ? [{ le: labels['le'], ...exemplar }] : [],
    );
  const labels = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) };
  expect(exemplars).toEqual([
    { le: '0.000128', labels, value: 0.0001, time: 1_700_000_000.2 },
    { le: '0.000256', labels, value: 0.000128, time: 1_700_000_000.124 },
    { le: '+Inf', labels, value: 2147.483648, time: 1_700_000_000.3 },
  ]);
  // A route that got no request is there too.
  expect(families.get('gati_route')!.samples.map((each) => each.labels['http_route'])).toEqual([
    '/chat',
    '/never',
    '/chat',
  ]);
  expect(families.get('gati_websockets_open')!.samples[0]!.labels['http_route']).toBe('/chat\\"\n');
  expect(families.get('gati_module_healthy')!.samples).toMatchObject([{ value: 0 }]);
});

test('both formats have the same series, but for the names of families', () => {
  const metrics = serverMetrics([fullWorker()]);
  const samplesIn = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.replace(/ # .*/, ''));
  const prometheus = printMetrics(metrics);
  expect(prometheus.type).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(prometheus.text).not.toMatch(/# EOF|# UNIT|trace_id/);
  expect(samplesIn(prometheus.text)).toEqual(samplesIn(printMetrics(metrics, OPENMETRICS).text));
});

test.each([
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['text/plain', false],
  ['application/openmetrics-text', true],
  ['application/openmetrics-text; version=0.0.1', false],
  ['application/openmetrics-text; version=1.0.0; charset=utf-8', true],
  ['Application/OpenMetrics-Text;version="1.0.0"', true],
  ['application/openmetrics-text;version=1.0.0;q=0', false],
  ['application/openmetrics-text;version=1.0.0;q=0.4,text/plain;q=0.5', false],
  // Prometheus 2.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    true,
  ],
  // Prometheus 3.
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    true,
  ],
  [`${'a,'.repeat(5000)}application/openmetrics-text`, false],
  [';;;=,q==;,', false],
])('chooses the format for the header Accept: %s', (accept, isOpenMetrics) => {
  const { type } = printMetrics(serverMetrics([]), accept);
  expect(type.startsWith('application/openmetrics-text')).toBe(isOpenMetrics);
});

import { CRASH_CAUSES } from '../record/crash-counts.ts';
import {
  addUpDatabaseMigrations,
  addUpDrops,
  addUpEnqueued,
  addUpLimits,
  addUpMigrations,
  addUpRoutes,
  addUpRuns,
  addUpSockets,
} from './add-up.ts';
import { histogramSamples } from './histogram-samples.ts';
import type { Labels, MetricFamily, Sample } from './metric-family.ts';
import type { ProcessMetrics, ServerMetrics, WorkerMetrics } from './server-metrics.ts';

/** A sample of `/metrics` without labels. */
const single = (value: number): Sample[] => [{ suffix: '', labels: {}, value }];

/**
 * Turns the metrics of all processes of a server into metrics of the server. Names of HTTP and of
 * processes are those of OpenTelemetry and Prometheus. Their labels are few and bounded.
 */
export function toFamilies(metrics: ServerMetrics): MetricFamily[] {
  const { workers, others, supervisor, crashes } = metrics;
  const counted = [...workers, ...others];
  const processes = [supervisor, ...workers.flatMap((worker) => worker.process ?? [])];
  return [
    {
      name: 'gati_workers',
      type: 'gauge',
      help: 'Workers that responded to this scrape.',
      samples: single(workers.filter((worker) => worker.process?.kind !== 'collector').length),
    },
    {
      name: 'gati_requests_in_flight',
      type: 'gauge',
      help: 'Requests without a complete response.',
      samples: single(workers.reduce((sum, { inflight }) => sum + inflight, 0)),
    },
    ...requestFamilies(counted),
    ...socketFamilies(counted),
    ...queueFamilies(workers),
    ...effectFamilies(counted),
    ...releaseFamilies(workers),
    ...unlessEmpty({
      name: 'gati_migrations',
      type: 'counter',
      help: 'Requests for a retired release that a newer one served through migrations.',
      samples: addUpMigrations(counted.flatMap(({ migrations = [] }) => migrations)).map(
        ({ from, to, count }) => total({ from, version: to }, count),
      ),
    }),
    ...unlessEmpty({
      name: 'gati_database_migrations',
      type: 'counter',
      help: 'Migrations of the database that the server applied.',
      samples: addUpDatabaseMigrations(
        counted.flatMap(({ databaseMigrations = [] }) => databaseMigrations),
      ).map(({ name, count }) => total({ migration: name }, count)),
    }),
    {
      name: 'gati_worker_crashes',
      type: 'counter',
      help: 'Workers that were replaced or could not start, by cause.',
      // Each cause has a sample from the start, so that its first crash is an increase.
      samples: CRASH_CAUSES.map((cause) => total({ cause }, crashes[cause] ?? 0)),
    },
    // A limit that no process was at has no sample.
    ...unlessEmpty({
      name: 'gati_limit_reached',
      type: 'counter',
      help: 'How often a process was at a limit.',
      samples: Object.entries(
        addUpLimits([...counted.map(({ limits }) => limits), metrics.limits]),
      ).map(([limit, count]) => total({ limit }, count)),
    }),
    ...unlessEmpty({
      name: 'gati_telemetry_dropped',
      type: 'counter',
      help: 'Records of telemetry that were lost.',
      samples: addUpDrops(counted.flatMap(({ drops = [] }) => drops)).map(
        ({ signal, reason, records }) => total({ signal, reason }, records),
      ),
    }),
    ...processFamilies(processes),
  ];
}

const total = (labels: Labels, value: number): Sample => ({ suffix: '_total', labels, value });

const unlessEmpty = (family: MetricFamily): MetricFamily[] =>
  family.samples.length === 0 ? [] : [family];

/** Method of the requests of a route. The handshake of a WebSocket is a GET. */
const methodOf = (method: string): string => (method === 'WS' ? 'GET' : method);

function requestFamilies(workers: readonly WorkerMetrics[]): MetricFamily[] {
  const routes = workers.flatMap((worker) =>
    worker.routes.map((route) => ({ ...route, method: methodOf(route.method) })),
  );
  const infos = new Map<string, Labels>();
  for (const { method, route, version } of workers.flatMap((worker) => worker.infos ?? []))
    infos.set(`${version} ${method} ${route}`, {
      http_request_method: methodOf(method),
      http_route: route,
      version,
      kind: method === 'WS' ? 'websocket' : 'http',
    });
  return [
    ...unlessEmpty({
      name: 'gati_route',
      type: 'info',
      help: 'Routes of releases that are loaded, whether they got requests or not.',
      samples: [...infos.values()].map((labels) => ({ suffix: '_info', labels, value: 1 })),
    }),
    {
      name: 'http_server_request_duration_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'Time to the complete response.',
      samples: addUpRoutes(routes).flatMap((metric) =>
        histogramSamples(metric, {
          http_request_method: metric.method,
          http_route: metric.route,
          http_response_status_code: metric.status,
          version: metric.version,
        }),
      ),
    },
  ];
}

function socketFamilies(workers: readonly WorkerMetrics[]): MetricFamily[] {
  const sockets = addUpSockets(workers.flatMap((worker) => worker.sockets ?? []));
  if (sockets.length === 0) return [];
  return [
    {
      name: 'gati_websockets_open',
      type: 'gauge',
      help: 'Open WebSockets.',
      samples: sockets.map(({ route, version, open }) => ({
        suffix: '',
        labels: { http_route: route, version },
        value: open,
      })),
    },
    {
      name: 'gati_websocket_duration_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'Time from the handshake of a WebSocket to its end.',
      samples: sockets.flatMap((metric) =>
        histogramSamples(metric, { http_route: metric.route, version: metric.version }),
      ),
    },
  ];
}

/** Uses OpenTelemetry's names for messaging, which may still change. */
function effectFamilies(workers: readonly WorkerMetrics[]): MetricFamily[] {
  const runs = addUpRuns(workers.flatMap((worker) => worker.runs ?? []));
  const enqueued = addUpEnqueued(workers.flatMap((worker) => worker.enqueued ?? []));
  return [
    ...unlessEmpty({
      name: 'messaging_client_sent_messages',
      type: 'counter',
      help: 'Jobs that were enqueued.',
      samples: enqueued.map(({ effect, count }) =>
        total({ messaging_destination_name: effect }, count),
      ),
    }),
    ...unlessEmpty({
      name: 'messaging_process_duration_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'Time that an attempt to run a job took.',
      samples: runs.flatMap((metric) =>
        histogramSamples(metric, {
          messaging_destination_name: metric.effect,
          outcome: metric.outcome,
          version: metric.version,
        }),
      ),
    }),
  ];
}

function queueFamilies(workers: readonly WorkerMetrics[]): MetricFamily[] {
  const counts = new Map<string, number>();
  for (const { effects } of workers) {
    for (const [state, count] of Object.entries(effects?.jobs ?? {})) {
      const known = counts.get(state) ?? 0;
      counts.set(state, effects?.shared ? Math.max(known, count) : known + count);
    }
  }
  return unlessEmpty({
    name: 'gati_effect_jobs',
    type: 'gauge',
    help: 'Jobs in the queue by state.',
    samples: [...counts].map(([state, value]) => ({ suffix: '', labels: { state }, value })),
  });
}

function releaseFamilies(workers: readonly WorkerMetrics[]): MetricFamily[] {
  const releases = new Map<string, Sample>();
  const modules = new Map<string, number>();
  for (const worker of workers) {
    for (const { version, status, isCurrent } of worker.releases ?? []) {
      const labels = { version, status, current: String(isCurrent) };
      const key = Object.values(labels).join(' ');
      const value = (releases.get(key)?.value ?? 0) + 1;
      releases.set(key, { suffix: '', labels, value });
    }
    for (const [name, isHealthy] of Object.entries(worker.modules ?? {}))
      modules.set(name, Math.min(modules.get(name) ?? 1, isHealthy ? 1 : 0));
  }
  return [
    ...unlessEmpty({
      name: 'gati_release_workers',
      type: 'gauge',
      help: 'Workers that know a release, by its status.',
      samples: [...releases.values()],
    }),
    ...unlessEmpty({
      name: 'gati_module_healthy',
      type: 'gauge',
      help: 'Whether a module of the current release can serve in all workers: 1 or 0.',
      samples: [...modules].map(([module, value]) => ({ suffix: '', labels: { module }, value })),
    }),
  ];
}

function processFamilies(processes: readonly ProcessMetrics[]): MetricFamily[] {
  const samples = (suffix: Sample['suffix'], valueOf: (each: ProcessMetrics) => number): Sample[] =>
    processes.map((each) => ({
      suffix,
      labels: { process: each.kind, pid: each.pid },
      value: valueOf(each),
    }));
  return [
    {
      name: 'process_start_time_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'Start of the process since the Unix epoch.',
      samples: samples('', ({ start }) => start),
    },
    {
      name: 'process_cpu_seconds',
      type: 'counter',
      unit: 'seconds',
      help: 'CPU time of all threads of the process.',
      samples: samples('_total', ({ cpu }) => cpu),
    },
    {
      name: 'process_resident_memory_bytes',
      type: 'gauge',
      unit: 'bytes',
      help: 'Memory of the process that is in RAM.',
      samples: samples('', ({ memory }) => memory),
    },
    {
      name: 'v8js_memory_heap_used_bytes',
      type: 'gauge',
      unit: 'bytes',
      help: 'JavaScript heap in use.',
      samples: samples('', ({ heap }) => heap),
    },
    {
      name: 'nodejs_eventloop_utilization_ratio',
      type: 'gauge',
      unit: 'ratio',
      help: 'Share of the time since the last scrape in which the event loop ran code.',
      samples: samples('', ({ loopUsed }) => loopUsed),
    },
    {
      name: 'nodejs_eventloop_delay_p99_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: '99th percentile of the delay of the event loop since the last scrape.',
      samples: samples('', ({ loopDelay }) => loopDelay),
    },
  ];
}

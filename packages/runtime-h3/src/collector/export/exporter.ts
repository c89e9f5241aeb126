import { gzipSync } from 'node:zlib';
import type { RouteMetric } from '../../telemetry/record/route-stats.ts';
import type { TelemetryBatch } from '../../types/telemetry.ts';
import { logsToLoki } from './loki.ts';
import { requestToLog } from '../request-to-log.ts';
import {
  type KeyValue,
  type OtlpLog,
  type OtlpMetric,
  type OtlpSpan,
  type Signal,
  SIGNALS,
  toRequest,
} from './otlp/messages.ts';
import { readPartialSuccess } from './otlp/partial-success.ts';
import { encodeMessage } from './otlp/protobuf.ts';
import {
  logToOtlp,
  requestToSpan,
  routeMetricsToOtlp,
  spanToOtlp,
  toKeyValues,
} from './otlp/to-otlp.ts';
import { createSender, type SendDropReason, type Sender, type SenderOptions } from './sender.ts';
import type { ExportSettings } from './settings.ts';

/** Maximum number of records in one request. Further ones wait for the next request. */
const MAX_RECORDS = 2000;
/** Milliseconds between two pushes to Loki. */
const LOKI_INTERVAL = 1000;

/** Milliseconds for one push. */
const LOKI_TIMEOUT = 10_000;
/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const OTLP_RETRYABLE = new Set([429, 502, 503, 504]);

/** Description of the observed service in exports. */
export interface ExportResource {
  name: string;
  /** Unique among running servers. */
  instance: string;
}

export interface ExporterOptions {
  settings: ExportSettings;
  resource: ExportResource;
  /** Returns the metrics since `start`, in epoch milliseconds. */
  metrics(): { routes: RouteMetric[]; start: number };
  /** Called with records that never arrive. `detail` is the name of the target and its response. */
  onDrop(signal: Signal, reason: SendDropReason, records: number, detail: string): void;
  /**
   * Called when a target stops accepting telemetry, and with `undefined` when it accepts it again.
   */
  onState(target: string, problem: string | undefined): void;
}

/** Sends telemetry to other systems. Never throws, and nothing waits for it. */
export interface Exporter {
  write(batch: TelemetryBatch): void;
  /** Sends the waiting records, for at most `within` milliseconds. */
  close(within: number): Promise<void>;
}

export function createExporter(options: ExporterOptions): Exporter {
  const { settings, onState } = options;
  const resource = (): KeyValue[] =>
    toKeyValues({
      'service.name': options.resource.name,
      ...(version !== '' && { 'service.version': version }),
      'service.instance.id': options.resource.instance,
      'telemetry.sdk.name': 'gati',
      'telemetry.sdk.language': 'nodejs',
      ...settings.resource,
    });
  /** Version of the release that served the last request. */
  let version = '';
  const targets = new Map<string, Sender>();
  const traces = createOutlet<OtlpSpan>(otlpSend('traces'), settings.intervals.traces);
  const logs = createOutlet<OtlpLog>(otlpSend('logs'), settings.intervals.logs);
  const loki = createOutlet(lokiSend(), LOKI_INTERVAL);
  const metrics = otlpSend('metrics') as ((items: OtlpMetric[]) => void) | undefined;
  const timer = metrics && setInterval(sendMetrics, settings.intervals.metrics).unref();

  function sender(
    name: string,
    signal: Signal,
    target: Pick<SenderOptions, 'url' | 'headers' | 'timeout' | 'isRetryable' | 'readRejected'>,
  ): Sender {
    const created = createSender({
      ...target,
      onDrop: (reason, records, detail) =>
        options.onDrop(signal, reason, records, `${name}: ${detail}`),
      onState: (problem) => onState(new URL(target.url).host, problem),
    });
    targets.set(name, created);
    return created;
  }

  function otlpSend(
    signal: Signal,
  ): ((items: (OtlpSpan | OtlpLog | OtlpMetric)[]) => void) | undefined {
    const target = settings.otlp[signal];
    if (target === undefined) return undefined;
    const { url, headers, isJson, isCompressed, timeout } = target;
    const { send } = sender(signal, signal, {
      url,
      headers: {
        'content-type': isJson ? 'application/json' : 'application/x-protobuf',
        ...(isCompressed && { 'content-encoding': 'gzip' }),
        ...headers,
      },
      timeout,
      isRetryable: (status) => OTLP_RETRYABLE.has(status),
      readRejected: (body) => readPartialSuccess(signal, body, isJson),
    });
    return (items) => {
      const request = toRequest(signal, resource(), items);
      const body = isJson ? JSON.stringify(request) : encodeMessage(SIGNALS[signal].type, request);
      send({ body: isCompressed ? gzipSync(body) : body, records: items.length });
    };
  }

  function lokiSend(): ((items: TelemetryBatch['logs']) => void) | undefined {
    if (settings.loki === undefined) return undefined;
    const { send } = sender('Loki', 'logs', {
      url: `${settings.loki.replace(/\/$/, '')}/loki/api/v1/push`,
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      timeout: LOKI_TIMEOUT,
      isRetryable: (status) => status === 429 || status >= 500,
    });
    const all = resource();
    const environment = textOf(all, 'deployment.environment.name');
    const labels = {
      service_name: textOf(all, 'service.name'),
      ...(environment !== '' && { deployment_environment: environment }),
    };
    return (items) =>
      send({ body: gzipSync(JSON.stringify(logsToLoki(items, labels))), records: items.length });
  }

  function sendMetrics(): void {
    const { routes, start } = options.metrics();
    if (routes.length > 0) metrics?.([routeMetricsToOtlp(routes, start, Date.now())]);
  }

  return {
    write(batch) {
      version = batch.requests.findLast((request) => request.version !== '')?.version ?? version;
      if (traces) {
        for (const request of batch.requests)
          if (request.sampled === true) traces.add(requestToSpan(request));
        for (const span of batch.spans) traces.add(spanToOtlp(span));
      }
      const now = Date.now();
      if (logs || loki)
        for (const log of [...batch.requests.map(requestToLog), ...batch.logs]) {
          logs?.add(logToOtlp(log, now));
          loki?.add(log);
        }
    },
    async close(within) {
      clearInterval(timer);
      for (const outlet of [traces, logs, loki]) outlet?.flush();
      sendMetrics();
      await Promise.all([...targets.values()].map((target) => target.close(within)));
    },
  };
}

interface Outlet<Item> {
  add(item: Item): void;
  flush(): void;
}

/** Collects items, and sends them when there are enough or after an interval. */
function createOutlet<Item>(
  send: ((items: Item[]) => void) | undefined,
  interval: number,
): Outlet<Item> | undefined {
  if (send === undefined) return undefined;
  let items: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (items.length === 0) return;
    send(items);
    items = [];
  };
  return {
    add(item) {
      items.push(item);
      if (items.length === MAX_RECORDS) flush();
      else timer ??= setTimeout(flush, interval).unref();
    },
    flush,
  };
}

const textOf = (resource: KeyValue[], name: string): string =>
  resource.findLast(({ key }) => key === name)?.value.stringValue ?? '';

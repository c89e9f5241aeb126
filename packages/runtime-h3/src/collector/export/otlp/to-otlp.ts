/** Turns telemetry into OTLP's data model, by the stable semantic conventions. */
import type { Attributes, LogRecord, RequestRecord, SpanRecord } from '../../../types/telemetry.ts';
import type { LogLevel } from '../../../types/log-level.ts';
import type { Exemplar, RouteMetric } from '../../../telemetry/record/route-stats.ts';
import type {
  AnyValue,
  KeyValue,
  OtlpExemplar,
  OtlpLog,
  OtlpMetric,
  OtlpSpan,
} from './messages.ts';

const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields */
const SEVERITIES: Record<LogLevel, number> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17 };

/** Known methods of HTTP. All others become `_OTHER`, so that clients can't create new values. */
const METHODS = new Set('CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE'.split(' '));

/** Returns the method that a client sent: the handshake of a WebSocket is a GET. */
function methodOf(method: string): string {
  if (method === 'WS') return 'GET';
  return METHODS.has(method) ? method : '_OTHER';
}

/** Returns the server span of a request. */
export function requestToSpan(request: RequestRecord): OtlpSpan {
  const { traceId, spanId, parentId, time, us, status, version } = request;
  const method = methodOf(request.method);
  return {
    traceId,
    spanId,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    name: request.route === '' ? method : `${method} ${request.route}`,
    kind: KINDS.server,
    ...times(time - us / 1000, us),
    attributes: toKeyValues({
      'http.request.method': method,
      ...(method === '_OTHER' && { 'http.request.method_original': request.method }),
      ...(request.route !== '' && { 'http.route': request.route }),
      'http.response.status_code': status,
      'url.path': request.path,
      ...(version !== '' && { 'gati.release.version': version }),
      ...(status >= 500 && { 'error.type': String(status) }),
    }),
    ...(status >= 500 && { status: { code: 2 } }),
  };
}

export function spanToOtlp(span: SpanRecord): OtlpSpan {
  const { traceId, spanId, parentId, name, kind, start, us, error, attributes, links } = span;
  return {
    traceId,
    spanId,
    ...(parentId !== '' && { parentSpanId: parentId }),
    name,
    kind: KINDS[kind],
    ...times(start, us),
    attributes: toKeyValues({ ...attributes, ...(error !== undefined && { 'error.type': error }) }),
    ...(links !== undefined && { links }),
    ...(error !== undefined && { status: { code: 2 } }),
  };
}

export function logToOtlp(log: LogRecord, now: number): OtlpLog {
  const { time, level, message, traceId, spanId, route, version, fields } = log;
  const { error, ...others } = fields;
  return {
    timeUnixNano: toNanoseconds(time),
    observedTimeUnixNano: toNanoseconds(now),
    severityNumber: SEVERITIES[level],
    severityText: level.toUpperCase(),
    body: { stringValue: message },
    attributes: toKeyValues({
      ...exceptionAttributes(error),
      // Lines of the log name a route with its method, which is removed here.
      ...(route !== undefined && { 'http.route': route.slice(route.indexOf(' ') + 1) }),
      ...(version !== undefined && { 'gati.release.version': version }),
      'process.pid': log.pid,
      ...flatten(others),
    }),
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
  };
}

/** Attributes of the error of a log line: `exception.*` are stable for logs. */
function exceptionAttributes(error: unknown): Attributes {
  if (typeof error !== 'object' || error === null)
    return error === undefined ? {} : { 'exception.message': String(error) };
  const { name, code, message, stack } = error as Record<string, unknown>;
  return {
    ...textOf('exception.type', typeof code === 'string' ? code : name),
    ...textOf('exception.message', message),
    ...textOf('exception.stacktrace', stack),
  };
}

const textOf = (name: string, value: unknown): Attributes =>
  typeof value === 'string' ? { [name]: value } : {};

/** Attributes are single values here, so a nested value becomes its JSON. */
function flatten(fields: Record<string, unknown>): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    attributes[name] =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : JSON.stringify(value);
  }
  return attributes;
}

/** Bounds of the histogram in seconds: powers of two in microseconds from 128 µs to 67 s. */
const FIRST_POWER = 7;
const LAST_POWER = 26;
const BOUNDS = Array.from(
  { length: LAST_POWER - FIRST_POWER + 1 },
  (_, index) => 2 ** (FIRST_POWER + index) / 1e6,
);

/**
 * Returns the histogram of the durations of requests.
 *
 * @param metrics cumulative since `start`
 */
export function routeMetricsToOtlp(
  metrics: readonly RouteMetric[],
  start: number,
  now: number,
): OtlpMetric {
  return {
    name: 'http.server.request.duration',
    description: 'Duration of HTTP server requests.',
    unit: 's',
    histogram: {
      aggregationTemporality: 2,
      dataPoints: metrics.map((metric) => ({
        startTimeUnixNano: toNanoseconds(start),
        timeUnixNano: toNanoseconds(now),
        count: String(metric.count),
        sum: metric.sum / 1e6,
        bucketCounts: rebucket(metric.buckets).map(String),
        explicitBounds: BOUNDS,
        ...(metric.exemplars && { exemplars: metric.exemplars.map(toExemplar) }),
        attributes: toKeyValues(metricAttributes(metric)),
      })),
    },
  };
}

function metricAttributes({ method, route, version, status }: RouteMetric): Attributes {
  // The codes of a class beyond the limit of a route are counted as `4xx`, which is not a number.
  const code = Number(status);
  return {
    'http.request.method': methodOf(method),
    ...(route !== '' && { 'http.route': route }),
    ...(Number.isNaN(code)
      ? { 'otel.metric.overflow': true }
      : { 'http.response.status_code': code }),
    ...(status.startsWith('5') && { 'error.type': status }),
    ...(version !== '' && { 'gati.release.version': version }),
    'url.scheme': 'http',
  };
}

function toExemplar({ us, time, traceId, spanId }: Exemplar): OtlpExemplar {
  return { timeUnixNano: toNanoseconds(time), asDouble: us / 1e6, spanId, traceId };
}

/** Adds up the 32 buckets outside of {@link BOUNDS}. OTLP has one bucket more than bounds. */
function rebucket(buckets: readonly number[]): number[] {
  const counts = Array.from({ length: BOUNDS.length + 1 }, () => 0);
  buckets.forEach((count, power) => {
    const index = Math.min(Math.max(power - FIRST_POWER, 0), BOUNDS.length);
    counts[index] = (counts[index] ?? 0) + count;
  });
  return counts;
}

/** @param start epoch milliseconds, @param us duration in microseconds */
function times(start: number, us: number): Pick<OtlpSpan, 'startTimeUnixNano' | 'endTimeUnixNano'> {
  const startUs = Math.round(start * 1000);
  return {
    startTimeUnixNano: `${startUs}000`,
    endTimeUnixNano: `${startUs + Math.round(us)}000`,
  };
}

/** Nanoseconds do not fit a number. */
const toNanoseconds = (milliseconds: number): string => `${Math.round(milliseconds * 1000)}000`;

export function toKeyValues(attributes: Attributes): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: string | number | boolean): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

import {
  boolean,
  isObject,
  listOf,
  number,
  object,
  oneOf,
  parseDocument,
  string,
} from '@gati/contract/data';
import { LOG_LEVELS, type LogLevel } from '../types/log-level.ts';
import type { CaptureRecord } from '../types/capture.ts';
import type { LogRecord, RequestRecord, SpanRecord } from '../types/telemetry.ts';
import { toCapture } from './parse-capture.ts';
import { isSpanId, isTraceId, matches, spanIdCheck, traceIdCheck } from './record-checks.ts';

/** Maximum number of characters of one line. A longer line is dropped. */
export const LONGEST_LINE: number = 256 * 1024;

/** Times of a log record from here on are replaced. */
const LATEST_TIME = 2 ** 42 - 2;

const REQUEST = object(
  {
    msg: oneOf('request'),
    method: string,
    route: string,
    status: number,
    version: string,
    us: number,
    time: number,
    traceId: traceIdCheck,
    spanId: spanIdCheck,
    path: string,
  },
  { parentId: spanIdCheck, requestId: string, sampled: boolean },
);

const SPAN = object(
  {
    traceId: traceIdCheck,
    spanId: spanIdCheck,
    // The root span of a run has no parent.
    parentId: (value, path) => {
      if (value !== '') spanIdCheck(value, path);
    },
    name: string,
    kind: oneOf('internal', 'client', 'producer', 'consumer'),
    start: number,
    us: number,
    attributes: (value, path) => {
      object({})(value, path);
      for (const [name, each] of Object.entries(value as object)) {
        const check = { string, number, boolean }[typeof each as 'string'] ?? number;
        check(each, `${path}.${name}`);
      }
    },
  },
  { error: string, links: listOf(object({ traceId: traceIdCheck, spanId: spanIdCheck }), 128) },
);

/** A line as a record, or the reason why it is dropped. */
export type ParsedLine =
  | { request: RequestRecord }
  | { span: SpanRecord }
  | { capture: CaptureRecord }
  | { log: LogRecord }
  | { fault: string };

/**
 * Parses a line of a worker's log: one JSON document. The line of the access log becomes a request,
 * `{"span":{…}}` a span, `{"capture":{…}}` a capture, each other document a log record.
 *
 * @param pid process that wrote the line
 * @param now time of a log record without one, in epoch milliseconds
 * @example
 * const parsed = parseLogLine(line, pid);
 * if ('request' in parsed) batch.requests.push(parsed.request);
 */
export function parseLogLine(line: string, pid: number, now: number = Date.now()): ParsedLine {
  const parsed = parseDocument<Record<string, unknown>>(line, object({}), LONGEST_LINE);
  if ('fault' in parsed) return parsed;
  const { value } = parsed;
  if (own(value, 'msg') === 'request' && matches(REQUEST, value))
    return { request: toRequest(value as unknown as RequestRecord, pid) };
  const span = own(value, 'span');
  if (own(value, 'level') === undefined && matches(SPAN, span))
    return { span: toSpan(span as SpanRecord) };
  const capture = own(value, 'level') === undefined && toCapture(own(value, 'capture'), pid);
  if (capture) return { capture };
  return { log: toLog(value, pid, now) };
}

const own = (value: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : undefined;

function toRequest(line: RequestRecord, pid: number): RequestRecord {
  const { traceId, spanId, parentId, requestId, time, us, method, route, path, version, status } =
    line;
  return {
    traceId,
    spanId,
    ...(parentId !== undefined && { parentId }),
    ...(requestId !== undefined && { requestId }),
    time,
    us,
    method,
    route,
    path,
    version,
    status,
    pid,
    ...(line.sampled === true && { sampled: true }),
  };
}

function toSpan(span: SpanRecord): SpanRecord {
  const { traceId, spanId, parentId, name, kind, start, us, error, attributes, links } = span;
  return {
    traceId,
    spanId,
    parentId,
    name,
    kind,
    start,
    us,
    ...(error !== undefined && { error }),
    attributes: withoutPrototype(attributes),
    ...(links && { links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })) }),
  };
}

/** Members of a line that are separate properties of a log record. */
const MEMBERS = new Set(['level', 'msg', 'time', 'traceId', 'spanId', 'route', 'version']);

/** A member whose type differs from that in the record stays in the fields. */
function toLog(line: Record<string, unknown>, pid: number, now: number): LogRecord {
  const level = own(line, 'level');
  const time = own(line, 'time');
  const message = own(line, 'msg');
  const record: LogRecord = {
    time: typeof time === 'number' && time > 0 && time < LATEST_TIME ? time : now,
    level: LOG_LEVELS.includes(level as LogLevel) ? (level as LogLevel) : 'info',
    message: typeof message === 'string' ? message : '',
    pid,
    fields: {},
  };
  const taken = new Set(MEMBERS);
  if (record.time !== time) taken.delete('time');
  if (record.level !== level) taken.delete('level');
  if (typeof message !== 'string') taken.delete('msg');
  const trace = own(line, 'traceId');
  const span = own(line, 'spanId');
  if (isTraceId(trace)) {
    record.traceId = trace;
    if (isSpanId(span)) record.spanId = span;
    else taken.delete('spanId');
  } else {
    taken.delete('traceId');
    taken.delete('spanId');
  }
  for (const name of ['route', 'version'] as const) {
    const value = own(line, name);
    if (typeof value === 'string') record[name] = value;
    else taken.delete(name);
  }
  record.fields = withoutPrototype(
    Object.fromEntries(Object.entries(line).filter(([name]) => !taken.has(name))),
  );
  return record;
}

/** Removes the keys with which a copy of the object could change prototypes. */
function withoutPrototype<Value>(value: Record<string, Value>): Record<string, Value> {
  const strip = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(strip);
    if (!isObject(each)) return each;
    return Object.fromEntries(
      Object.entries(each)
        .filter(([name]) => name !== '__proto__' && name !== 'constructor' && name !== 'prototype')
        .map(([name, inner]) => [name, strip(inner)]),
    );
  };
  return strip(value) as Record<string, Value>;
}

import type { LogRecord, RequestRecord, RunRecord, SpanRecord } from '../../src/types/telemetry.ts';

let count = 0;
const hex = (length: number): string => (count++ + 1).toString(16).padStart(length, '0');

/** A time that is a whole day, so that all steps begin at it. */
export const DAY: number = 20_000 * 86_400_000;

export function request(more: Partial<RequestRecord> = {}): RequestRecord {
  return {
    traceId: hex(32),
    spanId: hex(16),
    time: DAY,
    us: 1500,
    method: 'GET',
    route: '/orders/{id}',
    path: '/orders/7',
    version: '1.0.0',
    status: 200,
    pid: 42,
    ...more,
  };
}

export function span(more: Partial<SpanRecord> = {}): SpanRecord {
  return {
    traceId: hex(32),
    spanId: hex(16),
    parentId: hex(16),
    name: 'handler',
    kind: 'internal',
    start: DAY + 0.25,
    us: 10,
    attributes: { 'http.route': '/orders/{id}', 'gati.attempt': 2, cached: false },
    ...more,
  };
}

export function run(more: Partial<RunRecord> = {}): RunRecord {
  return {
    traceId: hex(32),
    spanId: hex(16),
    time: DAY,
    us: 700,
    effect: 'mail',
    job: 'job-1',
    attempt: 1,
    outcome: 'completed',
    version: '1.0.0',
    pid: 42,
    ...more,
  };
}

/** The line that a run leaves in the log. */
export function lineOfRun({
  traceId,
  spanId,
  time,
  version,
  pid,
  ...fields
}: RunRecord): LogRecord {
  return { time, level: 'info', message: 'run', traceId, spanId, version, pid, fields };
}

export function log(more: Partial<LogRecord> = {}): LogRecord {
  return { time: DAY, level: 'info', message: 'paid', pid: 42, fields: {}, ...more };
}

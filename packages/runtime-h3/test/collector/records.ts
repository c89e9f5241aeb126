import type { LogRecord, RequestRecord, SpanRecord } from '../../src/types/telemetry.ts';

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

export function log(more: Partial<LogRecord> = {}): LogRecord {
  return { time: DAY, level: 'info', message: 'paid', pid: 42, fields: {}, ...more };
}

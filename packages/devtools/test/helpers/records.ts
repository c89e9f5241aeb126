import type { LogRecord, RequestRecord } from '@gati/runtime-h3/telemetry';

/** The present of the tests. */
export const NOW = Date.UTC(2026, 10, 30, 12);

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

let last = 0;

/** Creates the record of a request that ended a second before the present. */
export function requestRecord(given: Partial<RequestRecord> = {}): RequestRecord {
  last++;
  return {
    traceId: hex(last, 32),
    spanId: hex(last, 16),
    time: NOW - 1000,
    us: 1000,
    method: 'GET',
    route: '/orders/:id',
    path: `/orders/${last}`,
    version: '1.0.0',
    status: 200,
    pid: 1,
    ...given,
  };
}

/** Creates a log line of a second before the present. */
export function logRecord(given: Partial<LogRecord> = {}): LogRecord {
  return { time: NOW - 1000, level: 'info', message: 'done', pid: 1, fields: {}, ...given };
}

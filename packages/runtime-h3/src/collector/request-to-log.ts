import type { LogLevel } from '../types/log-level.ts';
import type { LogRecord, RequestRecord } from '../types/telemetry.ts';

/** Lowest status of a request whose line has the level `error`. */
export const FAILED = 500;

/** Text of the lines of requests. */
export const REQUEST_MESSAGE = 'request';

export const levelOfStatus = (status: number): LogLevel => (status >= FAILED ? 'error' : 'info');

/** Returns the line of the access log of a request, in the form for pages and log systems. */
export function requestToLog(request: RequestRecord): LogRecord {
  const { traceId, spanId, requestId, time, us, method, route, path, version, status, pid } =
    request;
  const { instance } = request;
  return {
    time,
    level: levelOfStatus(status),
    message: REQUEST_MESSAGE,
    traceId,
    spanId,
    // The same form as in the lines of loggers.
    ...(route !== '' && { route: `${method} ${route}` }),
    ...(version !== '' && { version }),
    pid,
    ...(instance !== undefined && { instance }),
    fields: { method, status, us, path, ...(requestId !== undefined && { requestId }) },
  };
}

import type { LogRecord, RequestRecord } from '../../types/telemetry.ts';

/** Returns the line of the access log of a request, as systems for logs get it. */
export function requestToLog(request: RequestRecord): LogRecord {
  const { traceId, spanId, requestId, time, us, method, route, path, version, status, pid } =
    request;
  return {
    time,
    level: status >= 500 ? 'error' : 'info',
    message: 'request',
    traceId,
    spanId,
    ...(route !== '' && { route }),
    ...(version !== '' && { version }),
    pid,
    fields: { method, status, us, path, ...(requestId !== undefined && { requestId }) },
  };
}

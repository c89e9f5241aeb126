import type { Logger } from '../../types/context.ts';
import { loggerOf } from '../log/logger.ts';
import type { SpanScopes } from './span-scopes.ts';

/**
 * Returns the logger with trace id and span id of the request or run on every line that it writes
 * inside one.
 */
export function traceLogger(tracer: SpanScopes, logger: Logger): Logger {
  return loggerOf((level) => (message, fields) => {
    const span = tracer.current;
    if (span === undefined) logger[level](message, fields);
    else logger[level](message, { traceId: span.trace.id, spanId: span.id, ...fields });
  });
}

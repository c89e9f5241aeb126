import { drawIds, idPool, parseTraceParent } from '../../telemetry/record/ids.ts';
import type { IncomingRequest } from '../request/incoming.ts';

/** Runs the migration of a request or a response, as a span if telemetry is on. */
export type ObserveMigration = <Result>(
  part: 'request' | 'response',
  work: () => Promise<Result>,
) => Promise<Result>;

/**
 * Begins the trace of a request before its route is known, since migrations run before.
 *
 * @param from version of the retired release
 * @param to version of the release that responds
 */
export function observeMigrations(
  incoming: IncomingRequest,
  from: string,
  to: string,
): ObserveMigration {
  const { app, exchange } = incoming;
  const { tracer } = app;
  if (tracer === undefined) return (_part, work) => work();
  const trace = tracer.beginTrace({
    idAt: drawIds(),
    idPool: idPool(),
    parent: parseTraceParent(exchange.header('traceparent')),
    traceState: exchange.header('tracestate'),
  });
  incoming.trace = trace;
  return (part, work) => tracer.run(trace, () => tracer.observeMigration({ part, from, to }, work));
}

import type { Trace, TelemetrySource } from '../../types/telemetry-source.ts';

/** Maximum number of traces of runs that are read with a trace. */
const MOST_RUNS = 20;

/** Reads a trace with the traces of the runs that it enqueued. */
export async function readLinkedTrace(
  source: Pick<TelemetrySource, 'trace'>,
  traceId: string,
): Promise<Trace | undefined> {
  const trace = await source.trace(traceId);
  if (trace === undefined) return undefined;
  const others = new Set(trace.runs.map((run) => run.traceId));
  others.delete(traceId);
  const linked = await Promise.all([...others].slice(0, MOST_RUNS).map((id) => source.trace(id)));
  const all = [trace, ...linked.filter((each) => each !== undefined)];
  const captures = all.flatMap((each) => each.captures ?? []);
  return {
    ...trace,
    spans: all.flatMap(({ spans }) => spans),
    logs: all.flatMap(({ logs }) => logs).sort((a, b) => a.time - b.time),
    ...(captures.length > 0 && { captures }),
  };
}

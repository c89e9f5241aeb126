import type { TelemetrySource, TimeRange, Trace } from '@gati/runtime-h3/telemetry';

/** Maximum number of traces of requests, and of runs, that one page reads. */
const MAX_TRACES = 40;

/** Reads the newest traces of a range with their spans, and those of the runs that they enqueued. */
export async function sampleTraces(source: TelemetrySource, range: TimeRange): Promise<Trace[]> {
  const { items } = await source.traces({ ...range, limit: 4 * MAX_TRACES });
  const requests = await readTraces(
    source,
    items.map(({ traceId }) => traceId),
  );
  const known = new Set(requests.map(({ traceId }) => traceId));
  const enqueued = requests.flatMap(({ runs }) => runs.map(({ traceId }) => traceId));
  const runs = await readTraces(
    source,
    enqueued.filter((id) => !known.has(id)),
  );
  return [...requests, ...runs];
}

async function readTraces(source: TelemetrySource, ids: string[]): Promise<Trace[]> {
  const some = [...new Set(ids)].slice(0, MAX_TRACES);
  const traces = await Promise.all(some.map((id) => source.trace(id)));
  return traces.filter((trace) => trace !== undefined);
}

import type { TelemetrySource, TimeRange, Trace } from '@gati/runtime-h3/telemetry';

/** Maximum number of traces that one page reads. */
const MAX_TRACES = 40;

/** Reads the newest traces of a range with their spans. */
export async function sampleTraces(source: TelemetrySource, range: TimeRange): Promise<Trace[]> {
  const { items } = await source.traces({ ...range, limit: 4 * MAX_TRACES });
  const ids = [...new Set(items.map(({ traceId }) => traceId))].slice(0, MAX_TRACES);
  const traces = await Promise.all(ids.map((id) => source.trace(id)));
  return traces.filter((trace) => trace !== undefined);
}

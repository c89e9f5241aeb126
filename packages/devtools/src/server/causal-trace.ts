import type { RequestRecord, Trace, TelemetrySource } from '@gati/runtime-h3/telemetry';
import { firstRequest } from '../api/first-request.ts';
import type { TraceDetail } from '../api/types.ts';

/** Maximum number of traces of runs that are read with a trace. */
const MAX_RUNS = 50;

/**
 * Reads a trace and the traces that it caused: those of the runs that it enqueued, of the runs that
 * these enqueued, and so on. Resolves to `undefined` if the source does not have the trace.
 */
export async function readCausalTrace(
  source: TelemetrySource,
  traceId: string,
): Promise<TraceDetail | undefined> {
  const trace = await source.trace(traceId);
  if (trace === undefined) return undefined;
  const detail: TraceDetail = { ...trace };
  const read = new Set([traceId]);
  const runs = [...trace.runs];
  for (const run of runs) {
    if (read.has(run.traceId)) continue;
    if (read.size > MAX_RUNS) {
      detail.isCut = true;
      break;
    }
    read.add(run.traceId);
    const ofRun = await source.trace(run.traceId);
    if (ofRun) addTrace(detail, ofRun);
    // Runs that the run enqueued. The loop reaches them too.
    runs.push(...(ofRun?.runs.filter((each) => each.traceId !== run.traceId) ?? []));
  }
  detail.runs = runs;
  const enqueuedBy = trace.runs.find((run) => run.traceId === traceId)?.enqueuedBy;
  const causing = enqueuedBy && (await source.trace(enqueuedBy.traceId));
  const cause = causing && requestAbove(causing, enqueuedBy.spanId);
  return cause ? { ...detail, cause } : detail;
}

/**
 * Returns the request of a span. If the spans between them are missing, returns the first request.
 */
function requestAbove({ requests, spans }: Trace, spanId: string): RequestRecord | undefined {
  const parents = new Map(spans.map((span) => [span.spanId, span.parentId]));
  const byId = new Map(requests.map((request) => [request.spanId, request]));
  let id: string | undefined = spanId;
  // Ids come from outside: spans may be parents of each other.
  for (let left = parents.size; left >= 0 && id !== undefined && !byId.has(id); left--)
    id = parents.get(id);
  return byId.get(id ?? '') ?? firstRequest(requests);
}

function addTrace(detail: TraceDetail, { spans, logs, captures, isCut }: Trace): void {
  if (captures) detail.captures = [...(detail.captures ?? []), ...captures];
  detail.spans = [...detail.spans, ...spans];
  detail.logs = [...detail.logs, ...logs].sort((a, b) => a.time - b.time);
  if (isCut) detail.isCut = true;
}

import type { ErrorsPort, TelemetrySource } from '../../types/telemetry-source.ts';
import type { TrapsPort } from '../../types/trap.ts';
import type { TelemetryStore } from '../telemetry-store.ts';
import { printIncident } from '../incident/print-incident.ts';
import { readLinkedTrace } from '../incident/read-incident.ts';
import { type RouteSummary, summarize } from './summarize.ts';

/** Time range and routes of the requests that {@link TelemetryReader.routes} summarizes. */
export interface SummaryQuery {
  from: number;
  to: number;
  method?: string;
  route?: string;
  version?: string;
}

/** The source that the commands read: a store, or the panel of a running server. */
export interface TelemetryReader extends Pick<
  TelemetrySource,
  'traces' | 'trace' | 'logs' | 'errors'
> {
  /** Resolves to the HTML of an incident file, or `undefined` if the trace is unknown. */
  incident(traceId: string): Promise<string | undefined>;
  readonly traps: TrapsPort;
  decide: ErrorsPort['decide'];
  routes(query: SummaryQuery): Promise<RouteSummary[]>;
  close(): void;
}

/** Returns the reader of a store in this process. */
export function readerOf(source: TelemetryStore): TelemetryReader {
  return {
    traces: (query) => source.traces(query),
    trace: (id) => source.trace(id),
    logs: (query) => source.logs(query),
    errors: (query) => source.errors(query),
    async incident(traceId) {
      const trace = await readLinkedTrace(source, traceId);
      return trace && printIncident({ trace, createdAt: Date.now() });
    },
    traps: source.traps,
    decide: (change) => source.decide(change),
    routes: async (query) =>
      summarize(await source.metrics({ ...query, step: query.to - query.from })),
    close: () => source.close(),
  };
}

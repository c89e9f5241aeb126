/**
 * Port of all code that shows telemetry: pages, commands, agents. The store of the server
 * implements it; other systems, such as Prometheus and Loki, can implement it too. Queries are
 * typed values, never paths or strings in the language of the source.
 */
import type { Caller } from './callers.ts';
import type { CaptureRecord } from './capture.ts';
import type { LogLevel } from './log-level.ts';
import type { LogRecord, RequestRecord, RunRecord, SpanRecord } from './telemetry.ts';

/** Epoch milliseconds: from `from`, before `to`. */
export interface TimeRange {
  from: number;
  to: number;
}

/**
 * Part of a result, newest first. `next` is the cursor of the following page; absent at the end. A
 * page with `next` may have fewer items than its limit, or none, because the source stops a search
 * that takes long.
 */
export interface Page<Item> {
  items: Item[];
  next?: string;
}

export interface PageQuery extends TimeRange {
  /** From 1 to 1,000. */
  limit: number;
  /** `next` of the previous page. */
  cursor?: string;
}

/** Filters combine with "and". A filter that is absent matches everything. */
export interface TraceQuery extends PageQuery {
  method?: string;
  /** Path template. */
  route?: string;
  version?: string;
  /** Exact status, or a class: `5xx`. */
  status?: number | `${1 | 2 | 3 | 4 | 5}xx`;
  /** Least duration in microseconds. */
  minUs?: number;
  /** Text that the path contains. */
  path?: string;
}

/** Each request is a line of the log too, with the level `error` if its status is 500 or above. */
export interface LogQuery extends PageQuery {
  /** Least level. */
  level?: LogLevel;
  /** Text that the message or a field contains; case does not matter. */
  text?: string;
  traceId?: string;
  /** Method and path template: `GET /orders/:id`. */
  route?: string;
  version?: string;
}

/** A trace with everything that is known of it. */
export interface Trace {
  traceId: string;
  /** Oldest first, at most 1,000. A trace has several requests if services call each other. */
  requests: RequestRecord[];
  /**
   * Oldest first, at most 1,000: the run of this trace, and the runs of other traces whose jobs
   * this trace enqueued.
   */
  runs: RunRecord[];
  /** Oldest first, at most 20,000. */
  spans: SpanRecord[];
  /** Oldest first, at most 1,000; with those of requests and runs. */
  logs: LogRecord[];
  /** Requests and runs with their payloads, oldest first, at most 100. Absent: none is captured. */
  captures?: CaptureRecord[];
  /** Set if the trace has more than that, or if the search for it took too long. */
  isCut?: true;
}

/** Requests of one route, version and status class in one step of time. */
export interface RoutePoint {
  /** Start of the step in epoch milliseconds. */
  time: number;
  method: string;
  route: string;
  version: string;
  /** First digit of the status. */
  statusClass: number;
  count: number;
  /** Microseconds. */
  sum: number;
  /** Counts of durations; bucket `n` counts those below 2^n microseconds. 32 numbers. */
  buckets: number[];
}

export interface MetricQuery extends TimeRange {
  /**
   * Milliseconds per step: at least `leastStep(range)`, or the whole range. A source may use longer
   * steps for older data.
   */
  step: number;
  /** `RUN` for the runs of effects: the route is the effect. Absent: requests of all methods. */
  method?: string;
  route?: string;
  version?: string;
}

export interface CallerQuery extends TimeRange {
  /** Requests of this release only. */
  version?: string;
}

/** Decision of a person about an error. */
export interface ErrorDecision {
  /** `muted`: it is known. `resolved`: it opens again when a newer release has it. */
  state: 'muted' | 'resolved';
  by: string;
  /** Epoch milliseconds. */
  at: number;
}

/** A decision about an error; `open` takes it back. */
export interface ErrorChange {
  id: string;
  state: ErrorDecision['state'] | 'open';
  by: string;
}

/** Changes what people decided about errors. */
export interface ErrorsPort {
  /** Resolves to `false` if there is no such group. */
  decide(change: ErrorChange): Promise<boolean>;
}

/** Errors of the log with the same code, type and place. */
export interface ErrorGroup {
  /** Stable hash of code, type and place. */
  id: string;
  /** `GATI_` code or name of the error class. */
  type: string;
  message: string;
  /** First line of the app's code in the stack: `src/handlers/orders.ts:12`. */
  place?: string;
  count: number;
  /** Epoch milliseconds. */
  firstSeen: number;
  lastSeen: number;
  /** Version of the release in which the first error occurred. */
  firstVersion?: string;
  /** Routes with such errors, at most 20. */
  routes: string[];
  /** Trace of the last one. */
  lastTraceId?: string;
  /** Version of the release of the last one. */
  lastVersion?: string;
  /** Callers of the requests that failed, the most frequent first, at most 10. */
  callers?: { agent: string; asked: string; sdk?: string; count: number }[];
  decision?: ErrorDecision;
  /** It was resolved, and a newer release has it again. */
  isReopened?: true;
}

/** Where the results of one request come from, if not from the store alone. */
export interface SourceReport {
  /** Names of other sources with results: `Prometheus`. */
  used: Set<string>;
  /** Sentences on sources that gave none. */
  notes: Set<string>;
}

export interface TelemetrySource {
  /**
   * Returns the same source, but one that adds its notes to a report. Absent if all results come
   * from one store.
   */
  reporting?(report: SourceReport): TelemetrySource;
  traces(query: TraceQuery): Promise<Page<RequestRecord>>;
  /** Resolves to `undefined` if the source does not have the trace. */
  trace(traceId: string): Promise<Trace | undefined>;
  logs(query: LogQuery): Promise<Page<LogRecord>>;
  /**
   * Number of log lines by level in each step, for the histogram above the lines; oldest first. If
   * counting takes too long, the oldest steps are absent.
   */
  logVolume(
    query: Omit<LogQuery, 'limit' | 'cursor'> & { step: number },
  ): Promise<{ time: number; counts: Partial<Record<LogLevel, number>> }[]>;
  metrics(query: MetricQuery): Promise<RoutePoint[]>;
  /** Newest first. */
  errors(query: PageQuery): Promise<Page<ErrorGroup>>;
  /** The busiest first, at most 100. */
  callers(query: CallerQuery): Promise<Caller[]>;
}

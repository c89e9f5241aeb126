/**
 * Observations of a server, as plain data. Processes send them, a store keeps them, and pages show
 * them.
 */
import type { CallerCount } from './callers.ts';
import type { CaptureRecord } from './capture.ts';
import type { LogLevel } from './log-level.ts';
import type { RunOutcome } from './run-outcome.ts';

/** One request: the root of its spans, and its line in the access log. */
export interface RequestRecord {
  traceId: string;
  spanId: string;
  /** Span of the client, if it sent `traceparent`. */
  parentId?: string;
  /** Id that the client sent. */
  requestId?: string;
  /** End in epoch milliseconds. */
  time: number;
  /** Duration in microseconds. */
  us: number;
  method: string;
  /** Path template; empty if no route took the request. */
  route: string;
  path: string;
  /** Version of the release; empty if no release took the request. */
  version: string;
  /** 499 if the client left before the response. */
  status: number;
  /** Process that served the request. */
  pid: number;
  /** Other server of the app that served it, such as a pod. */
  instance?: string;
  /** Whether the spans below it are kept, and the trace is exported. */
  sampled?: true;
}

/**
 * Attributes of a span. Names are those of OpenTelemetry's semantic conventions, where these have
 * one.
 */
export type Attributes = Record<string, string | number | boolean>;

/** OpenTelemetry's kinds of the spans below a request. */
export type SpanKind = 'internal' | 'client' | 'producer' | 'consumer';

/** A link to a span of another trace, such as from a run to the request that enqueued its job. */
export interface SpanLink {
  traceId: string;
  spanId: string;
}

/** Part of a request: middleware, handler, call of a module, query, outgoing request. */
export interface SpanRecord {
  traceId: string;
  spanId: string;
  parentId: string;
  name: string;
  kind: SpanKind;
  /** Start in epoch milliseconds, with fractions. */
  start: number;
  /** Duration in microseconds. */
  us: number;
  /** Type of the error with which the part failed: `TypeError`, `GATI_STORAGE`, `503`. */
  error?: string;
  attributes: Attributes;
  links?: SpanLink[];
}

export type { RunOutcome };

/** One attempt to run a job of an effect: its line in the log, and the root of its spans. */
export interface RunRecord {
  traceId: string;
  spanId: string;
  /** End in epoch milliseconds. */
  time: number;
  /** Duration in microseconds. */
  us: number;
  effect: string;
  /** Id of the job. */
  job: string;
  /** From 1. */
  attempt: number;
  outcome: RunOutcome;
  /** Version of the release. */
  version: string;
  /** Process that ran the job. */
  pid: number;
  /** Other server of the app that ran it. */
  instance?: string;
  /** Span that enqueued the job. Absent if telemetry was off then. */
  enqueuedBy?: SpanLink;
}

/** One line of the log. Values of secret-looking keys are hidden already. */
export interface LogRecord {
  /** Epoch milliseconds. */
  time: number;
  level: LogLevel;
  message: string;
  traceId?: string;
  spanId?: string;
  route?: string;
  version?: string;
  pid: number;
  /** Other server of the app that wrote it. */
  instance?: string;
  /** Other members of the line. */
  fields: Record<string, unknown>;
}

/** Telemetry of one process since the previous batch. */
export interface TelemetryBatch {
  requests: RequestRecord[];
  spans: SpanRecord[];
  logs: LogRecord[];
  captures?: CaptureRecord[];
  callers?: CallerCount[];
}

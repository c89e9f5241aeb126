/** Responses of the read API below `/_control/api/`, as the pages receive them. */
import type {
  CaptureRecord,
  CapturedBody,
  CapturedMessage,
  ErrorGroup,
  LogLevel,
  LogRecord,
  RequestRecord,
  RunRecord,
  SpanRecord,
  Trace,
} from '@gati/runtime-h3/telemetry';

export type { CaptureRecord, CapturedBody, CapturedMessage };
export type { ErrorGroup, LogLevel, LogRecord, RequestRecord, RunRecord, SpanRecord };

/** Part of a list, newest first. `next` is the cursor of the next part; absent at the end. */
export interface ListPart<Item> {
  items: Item[];
  next?: string;
}

/** Rate, errors and durations of requests. Durations are microseconds; absent without requests. */
export interface Red {
  count: number;
  /** Responses 4xx. */
  rejected: number;
  /** Responses 5xx. */
  failed: number;
  p50?: number;
  p95?: number;
  p99?: number;
}

/** One step of time. */
export interface RedPoint extends Red {
  /** Start in epoch milliseconds. */
  time: number;
}

export interface RouteRed extends Red {
  method: string;
  /** Path template; empty for requests that no route took. */
  route: string;
}

export interface VersionRed extends RouteRed {
  version: string;
}

export interface Metrics {
  /** Milliseconds. */
  step: number;
  total: Red;
  series: RedPoint[];
  /** Busiest first. */
  routes: VersionRed[];
}

export interface Overview {
  app: AppSummary;
  step: number;
  total: Red;
  series: RedPoint[];
  /** At most 8, busiest first. */
  busiest: RouteRed[];
  /** At most 8, most failures first. */
  failing: RouteRed[];
  /** At most 5, newest first, without those that were muted or resolved. */
  errors: ErrorGroup[];
  /** Number of the muted and resolved ones among the latest 100. */
  decided: number;
}

export interface AppSummary {
  name: string;
  version: string;
  mode: 'development' | 'production';
  /** Reason why no telemetry is collected, and the fix. Absent: it is collected. */
  notRecorded?: string;
  /** `''` or `/api`. */
  base: string;
  routes: number;
  effects: number;
  modules: number;
  release?: { id: string; version: string };
}

/** A route in the list. */
export interface RouteItem {
  /** `POST /payments/:id/capture` */
  id: string;
  method: string;
  /** With the base. */
  path: string;
  domain: string;
  /** Name in the client: `payments.capture`. */
  name: string;
  /** Path from the root of the project. */
  file: string;
  summary?: string;
  deprecated?: boolean | string;
  /** `bearer or cookie sid`, or `public`. Absent: nothing is declared. */
  credentials?: string;
  red: Red;
}

/** One part of a request or a response, with its type in TypeScript and an example in JSON. */
export interface Shape {
  type: string;
  example?: unknown;
}

export interface RouteDetail extends RouteItem {
  description?: string;
  /** Release that a request without a version gets. */
  version?: string;
  guards: string[];
  /** Whether the contract is known. It is not while the types are being read. */
  isAnalyzed: boolean;
  params?: Shape;
  query?: Shape;
  headers?: Shape;
  body?: Shape & { contentTypes: string[]; required: boolean };
  responses: {
    status: string;
    description?: string;
    contentType?: string;
    isStream: boolean;
    /** Names of the headers that the handler sets. */
    headers?: string[];
    shape?: Shape;
  }[];
  receive?: Shape;
  send?: Shape;
  /** Types that the shapes refer to by name, as TypeScript. */
  definitions?: string;
}

export interface RouteList {
  routes: RouteItem[];
}

/** A trace, with the traces of the runs that it enqueued. */
export interface TraceDetail extends Trace {
  /** Request that enqueued the job, if the trace is about a run. */
  cause?: RequestRecord;
}

export interface LogVolume {
  step: number;
  points: { time: number; counts: Partial<Record<LogLevel, number>> }[];
}

/** Problem details (RFC 9457) of an error response. */
export interface ApiProblem {
  status: number;
  title: string;
  code: string;
  detail?: string;
}

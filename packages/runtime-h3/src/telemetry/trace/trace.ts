import { spanIdAt, type TraceParent, traceIdAt } from '../record/ids.ts';
import type { SpanLink } from '../../types/telemetry.ts';
import { newSpanId } from './span-ids.ts';
import { REQUEST, type SpanEntry } from './span-table.ts';

/** Maximum number of spans of one request or run. Further spans are only counted. */
const MAX_SPANS = 500;

/** The request or run that a trace is about. */
export interface TraceOwner {
  /** The 48 digits from `idAt` on are its trace id and span id: see `record/ids.ts`. */
  readonly idPool: string;
  readonly idAt: number;
  /** Trace and span of the client. Its trace id replaces the drawn one. */
  readonly parent: TraceParent | undefined;
  /** `tracestate` of the client, for outgoing requests. Read only with `parent`. */
  readonly traceState: string | undefined;
}

/** Spans of one request or run until it ends. */
export class Trace {
  readonly owner: TraceOwner;
  readonly root: OpenSpan;
  readonly spans: OpenSpan[] = [];
  /** Spans that did not fit. */
  dropped = 0;
  /** A span failed. */
  failed = false;
  /** Whether the trace is kept, as far as that is known before its end. */
  isSampled: boolean | undefined = undefined;
  /** It was captured, so it is kept. */
  isTrapped = false;
  /** Set at the end: whether the trace is kept. */
  isKept: boolean | undefined = undefined;
  /** The root is a separate span, as for a run. */
  readonly hasRootSpan: boolean;
  readonly links: SpanLink[] | undefined;

  constructor(
    owner: TraceOwner,
    entry: SpanEntry<never> = REQUEST,
    detail?: unknown,
    links?: SpanLink[],
  ) {
    this.owner = owner;
    this.hasRootSpan = (entry as unknown) !== REQUEST;
    this.links = links;
    this.root = new OpenSpan(this, undefined, entry, detail, undefined);
  }

  get id(): string {
    const { parent, idPool, idAt } = this.owner;
    return parent?.traceId ?? traceIdAt(idPool, idAt);
  }

  /** Opens a span. Returns `undefined` if the trace has too many. */
  open(
    parent: OpenSpan,
    entry: SpanEntry<never>,
    detail: unknown,
    module: string | undefined,
  ): OpenSpan | undefined {
    if (this.spans.length >= MAX_SPANS) {
      this.dropped++;
      return undefined;
    }
    const span = new OpenSpan(this, parent, entry, detail, module);
    // After the end of the trace, each span is written or dropped when it ends.
    if (this.isKept === undefined) this.spans.push(span);
    return span;
  }
}

/** A span that may still be dropped. Also the scope of the code that runs in it. */
export class OpenSpan {
  readonly trace: Trace;
  /** Absent for the root. */
  readonly parent: OpenSpan | undefined;
  readonly entry: SpanEntry<never>;
  /** What `entry` describes. */
  readonly detail: unknown;
  /** Name of the module that runs, if one does. */
  readonly module: string | undefined;
  /** `performance.now()` */
  readonly start: number = performance.now();
  /** `performance.now()`; 0 while it is open. */
  end = 0;
  /** Type of the error with which it failed. */
  error: string | undefined = undefined;
  /** Its request ended before it. */
  isUnfinished = false;
  #id: string | undefined = undefined;

  constructor(
    trace: Trace,
    parent: OpenSpan | undefined,
    entry: SpanEntry<never>,
    detail: unknown,
    module: string | undefined,
  ) {
    this.trace = trace;
    this.parent = parent;
    this.entry = entry;
    this.detail = detail;
    this.module = module;
  }

  /** Drawn when it is needed: most spans are dropped. */
  get id(): string {
    const { idPool, idAt } = this.trace.owner;
    return (this.#id ??= this.parent === undefined ? spanIdAt(idPool, idAt) : newSpanId());
  }
}

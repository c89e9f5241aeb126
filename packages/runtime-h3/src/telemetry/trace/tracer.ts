import { getOrCreate } from '../../collections/get-or-create.ts';
import type { LoadedRoute } from '../../types/bundle.ts';
import type { Logger } from '../../types/context.ts';
import type { Database, Storage } from '../../types/data.ts';
import type { LogSink } from '../record/recorder.ts';
import { CallerCounts } from '../record/callers.ts';
import { createSubjects } from '../record/subject.ts';
import { drawIds, idPool, type TraceParent } from '../record/ids.ts';
import type { RouteStats } from '../record/route-stats.ts';
import type { CapturedCall, PayloadCapture } from '../capture/payload-capture.ts';
import type { Sampler } from './sampler.ts';
import {
  DATABASE_MIGRATION,
  type DatabaseMigrationRun,
  ENQUEUE,
  type Enqueued,
  type Migration,
  MIGRATION,
  RUN,
  type Run,
  type SpanEntry,
  STEP,
} from './span-table.ts';
import { SpanScopes } from './span-scopes.ts';
import { traceDatabase } from './traced-database.ts';
import { traceLogger } from './traced-logger.ts';
import { traceModule } from './traced-module.ts';
import { traceStorage } from './traced-storage.ts';
import { traceRoute } from './traced-route.ts';
import { type OpenSpan, Trace, type TraceOwner } from './trace.ts';

/** Lowest status of a request that failed or was left by its client. */
const CLIENT_GONE = 499;

/** A call whose spans are collected. */
export interface TracedCall extends TraceOwner {
  /** Created by the tracer. */
  trace: Trace | undefined;
}

/** A call whose response is complete. */
export interface EndedCall extends CapturedCall {
  readonly routeState: CapturedCall['routeState'] & { readonly stats: RouteStats };
  /** `lctx`, once a guard or the handshake of a WebSocket needed it. */
  readonly local: object | undefined;
}

/**
 * Observes what happens inside requests and runs, and decides which of them are kept. It exists
 * only if telemetry is on.
 */
export class Tracer extends SpanScopes {
  #sampler: Sampler;
  readonly #loggers = new WeakMap<Logger, Logger>();
  readonly #callers: CallerCounts;
  /** Returns the hash of the id that guards added to `lctx`; empty if there is none. */
  readonly subjectOf: (local: object | undefined) => string;
  /** Present while payloads are captured. */
  capture: PayloadCapture | undefined = undefined;

  /** @param hasSubjects whether callers are counted by the ids that guards find */
  constructor(sampler: Sampler, sink: LogSink, hasSubjects: boolean) {
    super(sink);
    this.subjectOf = hasSubjects ? createSubjects() : () => '';
    this.#sampler = sampler;
    this.#callers = new CallerCounts(sink);
  }

  /** Replaces the sampler, for the requests that end from now on. */
  setSampler(sampler: Sampler): void {
    this.#sampler = sampler;
  }

  /** Runs `work` as a part of a call. */
  enter<Result>(call: TracedCall, work: () => Result): Result {
    const trace = (call.trace ??= new Trace(call));
    return this.runIn(trace.root, work);
  }

  /** Returns the chunks of a response stream, each made as a part of a call. */
  enterEach<Chunk>(call: TracedCall, chunks: AsyncIterator<Chunk>): AsyncIterator<Chunk> {
    return {
      next: () => this.enter(call, () => chunks.next()),
      ...(chunks.return && { return: () => this.enter(call, () => chunks.return!()) }),
    };
  }

  /**
   * Runs a hook of a socket. It belongs to the trace of its handshake, which has ended, and is kept
   * or dropped on its own.
   */
  async enterHook(owner: TraceOwner, work: () => unknown): Promise<void> {
    const trace = new Trace(owner);
    try {
      await this.runIn(trace.root, work);
    } finally {
      // The durations of handshakes say nothing about hooks.
      this.#end(trace, trace.failed || this.#sampler.isSampled(trace));
    }
  }

  override flush(): void {
    super.flush();
    this.#callers.flush();
  }

  /** Begins the trace of a request whose route is not known yet. */
  beginTrace(owner: TraceOwner): Trace {
    return new Trace(owner);
  }

  /** Runs `work` in a trace that exists already. */
  run<Result>(trace: Trace, work: () => Result): Result {
    return this.runIn(trace.root, work);
  }

  /**
   * Begins the trace of an attempt to run a job.
   *
   * @param enqueuedBy span that enqueued the job
   */
  beginRun(owner: TraceOwner, run: Run, enqueuedBy: TraceParent | undefined): Trace {
    const links = enqueuedBy && [{ traceId: enqueuedBy.traceId, spanId: enqueuedBy.parentId }];
    return new Trace(owner, RUN as SpanEntry<never>, run, links);
  }

  /**
   * Runs `enqueue` as a span.
   *
   * @param enqueue gets the `traceparent` that the job keeps, and resolves to the id of the job
   */
  observeEnqueue(
    effect: string,
    enqueue: (trace: string | undefined) => Promise<string>,
  ): Promise<string> {
    const detail: Enqueued = { effect };
    return this.observe(ENQUEUE, detail, async () => {
      const span = this.current;
      detail.job = await enqueue(span && this.traceParent(span));
      return detail.job;
    });
  }

  /** Runs a step of an effect as a span. */
  observeStep<Result>(step: string, work: () => Result): Result {
    return this.observe(STEP, step, work);
  }

  /** Runs the migration of a request or a response as a span. */
  observeMigration<Result>(migration: Migration, work: () => Result): Result {
    return this.observe(MIGRATION, migration, work);
  }

  /** Runs a database migration as a separate trace. The sampling rules of hooks apply to it. */
  async observeDatabaseMigration(
    detail: DatabaseMigrationRun,
    work: () => Promise<void>,
  ): Promise<void> {
    const owner = { idAt: drawIds(), idPool: idPool(), parent: undefined, traceState: undefined };
    const trace = new Trace(owner, DATABASE_MIGRATION as SpanEntry<never>, detail);
    try {
      await this.runIn(trace.root, work);
    } catch (error) {
      this.fail(trace.root, error);
      throw error;
    } finally {
      this.#end(trace, trace.failed || this.#sampler.isSampled(trace));
    }
  }

  /** Returns the route with guards, middleware, handler and hooks that are spans. */
  traceRoute(route: LoadedRoute): LoadedRoute {
    return traceRoute(this, route);
  }

  /** Ends a call. A call that was rejected before its handler has no trace. */
  endCall(call: EndedCall, status: number, us: number): void {
    this.#callers.count(call.exchange, call.version, status, this.subjectOf(call.local));
    if (this.capture !== undefined) this.capture.endCall(call, status, us);
    if (call.trace !== undefined) this.endTrace(call.trace, call.routeState.stats, status, us);
  }

  /**
   * Ends a trace: decides whether it is kept.
   *
   * @param us duration in microseconds
   */
  endTrace(trace: Trace, stats: RouteStats, status: number, us: number): void {
    if (trace.isKept !== undefined) return;
    const isKept = trace.isTrapped || this.#sampler.isKept(trace, stats, status, us);
    // The operation that a late request waits for may never end.
    if (isKept && status >= CLIENT_GONE) endUnfinished(trace);
    this.#end(trace, isKept);
  }

  #end(trace: Trace, isKept: boolean): void {
    if (isKept) {
      if (trace.hasRootSpan) this.end(trace.root);
      this.writer.trace(trace);
    }
    trace.isKept = isKept;
    trace.spans.length = 0;
  }

  /** Returns `traceparent` for an outgoing request or a job of the current span. */
  traceParent(span: OpenSpan): string {
    const { trace } = span;
    const isSampled = trace.isKept ?? this.#sampler.isSampled(trace);
    return `00-${trace.id}-${span.id}-${isSampled ? '01' : '00'}`;
  }

  traceDatabase(db: Database): Database {
    return traceDatabase(this, db);
  }

  traceStorage(storage: Storage): Storage {
    return traceStorage(this, storage);
  }

  traceLogger(logger: Logger): Logger {
    // Other code keeps loggers as keys, so each logger has one traced logger.
    return getOrCreate(this.#loggers, logger, () => traceLogger(this, logger));
  }

  /** @param isFile the exports of the file are the module */
  traceModule(name: string, api: unknown, isFile: boolean): unknown {
    return traceModule(this, name, api, isFile);
  }
}

function endUnfinished({ spans }: Trace): void {
  const now = performance.now();
  for (const span of spans) {
    if (span.end > 0) continue;
    span.end = now;
    span.isUnfinished = true;
  }
}

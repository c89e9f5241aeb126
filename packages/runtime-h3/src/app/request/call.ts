import type { RequestLocal } from '../../context/local.ts';
import { ResponseContext } from '../../context/res.ts';
import type { ContextSource } from '../../context/source.ts';
import type { GlobalContext, Logger } from '../../types/context.ts';
import {
  drawIds,
  idPool,
  isRequestId,
  parseTraceParent,
  spanIdAt,
  type TraceParent,
  traceIdAt,
} from '../../telemetry/record/ids.ts';
import type { SentResponse } from '../../telemetry/capture/payload-capture.ts';
import type { Trace } from '../../telemetry/trace/trace.ts';
import type { TracedRequest } from '../../telemetry/record/recorder.ts';
import type { AppServices } from './app-services.ts';
import type { Exchange, HeaderList } from '../../types/exchange.ts';
import type { InFlightItem } from './in-flight.ts';
import { isOverHttps } from './forwarded.ts';
import type { ReleaseState, RouteState } from '../release/release-state.ts';
import type { RoutePlan } from '../route/route-plan.ts';
import { readQuery } from './query.ts';

const NO_PARAMS: Record<string, unknown> = Object.freeze({});

/** Step of a call. It decides how a call past its deadline ends. */
export type Phase = 'body' | 'handler' | 'stream' | 'done';

/** One request of a release, from its first byte to the last byte of its response. */
export class Call implements ContextSource, InFlightItem, TracedRequest {
  readonly app: AppServices;
  readonly exchange: Exchange;
  readonly release: ReleaseState;
  readonly routeState: RouteState;
  /** Path as the client requested it, with the base. */
  readonly path: string;
  /** Query without the `?`. */
  readonly search: string;
  readonly started: number;
  /** Trace id and span id as an offset into a pool: see `telemetry/record/ids.ts` for the reason. */
  idAt: number = drawIds();
  idPool: string = idPool();
  readonly parent: TraceParent | undefined;
  readonly givenId: string | undefined;
  readonly res: ResponseContext = new ResponseContext(this);
  /** Spans of the call, if telemetry observes it. */
  trace: Trace | undefined = undefined;
  phase: Phase = 'handler';
  /** `performance.now()` after which the call is late. */
  deadline: number;
  index = -1;

  plan: RoutePlan | undefined = undefined;
  gctx: GlobalContext | undefined = undefined;
  /** `lctx`, once a guard or the handshake of a WebSocket needed it. */
  local: RequestLocal | undefined = undefined;
  /** Logs and names the guard that runs, if the call is late. Absent: no guard runs. */
  nameLate: (() => string) | undefined = undefined;
  params: Record<string, unknown> = NO_PARAMS;
  body: unknown = undefined;
  rawBody: Uint8Array | undefined = undefined;
  /** The response, if it may be captured. */
  sent: SentResponse | undefined = undefined;
  /** CORS headers of the response. */
  cors: HeaderList | undefined = undefined;
  /** Chunks of the response, while it is a stream. */
  stream: AsyncIterator<unknown> | undefined = undefined;
  /** The response is an event stream, which ends when the app drains. */
  isEvents = false;

  #query: Record<string, unknown> | undefined;
  #headers: Record<string, unknown> | undefined;
  #controller: AbortController | undefined;
  #aborted: unknown;

  constructor(
    app: AppServices,
    exchange: Exchange,
    release: ReleaseState,
    routeState: RouteState,
    path: string,
    search: string,
    started: number,
  ) {
    this.app = app;
    this.exchange = exchange;
    this.release = release;
    this.routeState = routeState;
    this.path = path;
    this.search = search;
    this.started = started;
    this.deadline = started + app.limits.handlerTimeout;
    this.parent = parseTraceParent(exchange.header('traceparent'));
    const given = exchange.header('x-request-id');
    this.givenId = given !== undefined && isRequestId(given) ? given : undefined;
  }

  get version(): string {
    return this.release.bundle.version;
  }
  get route(): string {
    return this.routeState.route.id;
  }
  get logger(): Logger {
    return this.gctx?.logger ?? this.app.logger;
  }
  get query(): Record<string, unknown> {
    return (this.#query ??= readQuery(this.search));
  }
  set query(query: Record<string, unknown>) {
    this.#query = query;
  }
  get headers(): Record<string, unknown> {
    return (this.#headers ??= this.exchange.headers());
  }
  set headers(headers: Record<string, unknown>) {
    this.#headers = headers;
  }
  get traceId(): string {
    return this.parent?.traceId ?? traceIdAt(this.idPool, this.idAt);
  }
  /** `tracestate` for outgoing requests. */
  get traceState(): string | undefined {
    return this.exchange.header('tracestate');
  }
  get spanId(): string {
    return spanIdAt(this.idPool, this.idAt);
  }
  /** Id that the client sent, else the trace id. */
  get requestId(): string {
    return this.givenId ?? this.traceId;
  }
  get clientIp(): string {
    return this.app.clientIp(this.exchange.peer, this.exchange.header('x-forwarded-for'));
  }
  get isOverHttps(): boolean {
    return isOverHttps(this.exchange, this.app.isTrustedPeer);
  }
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
      else
        this.exchange.onGone(() =>
          this.abort(new DOMException('The client closed the connection.', 'AbortError')),
        );
    }
    return this.#controller.signal;
  }

  /** Makes the call a part of a trace that began before its route was known. */
  continueTrace(trace: Trace): void {
    this.trace = trace;
    this.idAt = trace.owner.idAt;
    this.idPool = trace.owner.idPool;
  }

  mustEnd(now: number): boolean {
    return this.deadline < now || (this.phase === 'body' && this.exchange.gone);
  }

  abort(reason: unknown): void {
    this.#aborted ??= reason;
    this.#controller?.abort(reason);
  }

  waitUntil(promise: Promise<unknown>): void {
    this.app.waitUntil(promise, this.logger);
  }
}

import type { Database, Storage } from './data.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import type { EffectJob } from './effect-job.ts';

// The registries below are filled by `.gati/types/gati.d.ts`.
declare global {
  /** By route id; each entry may have `params`, `query`, `headers`, `body`, `receive`, `send`. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiRoutes {}
  /** By module name; an entry is the module as handlers call it. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiModules {}
  /** By effect name; an entry is the payload. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiEffects {}
  /** `{ config: … }` where the app has `src/config.ts`. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiConfig {}
  /** Of the generated client: its `routes`, and those that are `plain`, that is need nothing of the caller. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiClient {}
}

/**
 * A registry, or `any` while nothing is generated: `tsc` of a fresh clone, before the first `vite`, must not find errors
 * in handlers that are right. An app without routes has nothing to lose by it.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- nothing is known of it yet
type Generated<Registry> = keyof GatiRoutes extends never ? any : Registry;

export type RouteId = `${string} /${string}`;

/** Names of the parameters in a path template: `'id' | 'rest'` for `/a/:id/*rest`. */
export type ParamNames<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? SegmentParam<Segment> | ParamNames<Rest>
  : SegmentParam<Path>;
type SegmentParam<Segment extends string> = Segment extends `:${infer Name}`
  ? Name
  : Segment extends `*${infer Name}`
    ? Name
    : never;

type PathOf<R extends string> = R extends `${string} ${infer Path}` ? Path : never;
type Entry<R> = R extends keyof GatiRoutes ? GatiRoutes[R] : unknown;
type Part<R, Key extends string, Fallback> =
  Entry<R> extends { [K in Key]: infer Value } ? Value : Fallback;

export type Params<R extends string> = Generated<
  Part<
    R,
    'params',
    string extends R ? Record<string, string> : { [Name in ParamNames<PathOf<R>>]: string }
  >
>;
export type Query<R extends string> = Generated<
  Part<R, 'query', Record<string, string | string[] | undefined>>
>;
/** Declared headers as declared, every other one as it comes. */
export type RequestHeaders<R extends string> = Generated<
  Open<Part<R, 'headers', Record<never, never>>>
>;
type Open<Declared> =
  Declared extends Record<keyof Declared, string | undefined>
    ? Declared & Record<string, string | undefined>
    : Declared & Record<string, unknown>;
export type Body<R extends string> = Generated<Part<R, 'body', unknown>>;
/** A WebSocket message from the client. */
export type Receive<R extends string> = Generated<Part<R, 'receive', unknown>>;
/** A WebSocket message to the client. */
export type Send<R extends string> = Part<R, 'send', unknown>;

export interface Req<R extends string = string> {
  readonly method: string;
  /** Without base and query. */
  readonly path: string;
  readonly params: Params<R>;
  readonly query: Query<R>;
  /** Lower-case names. */
  readonly headers: RequestHeaders<R>;
  readonly cookies: Record<string, string | undefined>;
  readonly body: Body<R>;
  /** The body's bytes, where it was read and is at hand. */
  readonly rawBody: Uint8Array | undefined;
  /** The platform's own object: `IncomingMessage` on Node, `Request` elsewhere. */
  readonly raw: unknown;
}

export interface Res {
  /** 200 until assigned. */
  status: number;
  body: unknown;
  readonly headers: Headers;
  json<T>(value: T): Sent<T>;
  text(value: string): Sent<string>;
  /** `status` is 302 by default. */
  redirect(url: string, status?: number): Sent<undefined>;
  stream(source: ReadableStream | AsyncIterable<unknown>): Sent<ReadableStream>;
  cookie(name: string, value: string, options?: CookieOptions): void;
}

declare const sent: unique symbol;
/** What `res.json()` and its like return, so that `return res.json(…)` and a bare call mean the same. */
export interface Sent<T = unknown> {
  readonly [sent]: T;
}

export interface CookieOptions {
  domain?: string;
  expires?: Date;
  httpOnly?: boolean;
  /** Seconds. */
  maxAge?: number;
  path?: string;
  sameSite?: 'strict' | 'lax' | 'none';
  secure?: boolean;
}

export interface Logger {
  trace(message: string, fields?: Record<string, unknown>): void;
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export type Enqueue = <Name extends keyof Generated<GatiEffects> & string>(
  name: Name,
  payload: Generated<GatiEffects>[Name],
  options?: EnqueueOptions,
) => Promise<{ id: string }>;

export interface GlobalContext {
  readonly modules: Generated<GatiModules>;
  readonly effects: {
    /** Resolves when the job is durable. */
    enqueue: Enqueue;
    /** How a job stands; `undefined` where it is not there any more, or the queue can't be looked into. */
    get(id: string): Promise<EffectJob | undefined>;
    /** Keeps a job from running; `false` where it runs or is through. */
    cancel(id: string): Promise<boolean>;
  };
  /** SQL: `GATI_DATABASE`, else an embedded SQLite file. */
  readonly db: Database;
  /** Keys and values that outlive the process. */
  readonly storage: Storage;
  readonly config: Generated<
    GatiConfig extends { config: infer Config } ? Config : Record<string, unknown>
  >;
  /** Shared by all requests of this process and release. */
  readonly state: Map<string, unknown>;
  readonly release: { version: string; id: string; deployedAt: Date };
  readonly instance: { id: string; region: string | undefined; zone: string | undefined };
  readonly logger: Logger;
  /** Aborts when the process drains. */
  readonly signal: AbortSignal;
}

export interface LocalContext {
  readonly requestId: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Semver of the release that serves this request. */
  readonly version: string;
  /** Route id. */
  readonly route: string;
  readonly logger: Logger;
  /** Aborts when the client is gone or the deadline passed. */
  readonly signal: AbortSignal;
  /** This request's own; middleware puts here what handlers read. */
  readonly state: Map<string, unknown>;
  /** Keeps the process from draining until the promise settles. */
  waitUntil(promise: Promise<unknown>): void;
  readonly client: { ip: string; userAgent: string | undefined };
}

export type Args<R extends string = string> = [
  req: Req<R>,
  res: Res,
  gctx: GlobalContext,
  lctx: LocalContext,
];
export type Handler<R extends string = string> = (...args: Args<R>) => unknown;
/** `next()` runs the rest; what a middleware returns without calling it is the answer. */
export type Middleware = (
  req: Req,
  res: Res,
  gctx: GlobalContext,
  lctx: LocalContext,
  next: () => Promise<unknown>,
) => unknown;

export interface SocketPeer<R extends string = string> {
  readonly id: string;
  readonly params: Params<R>;
  readonly query: Query<R>;
  readonly headers: RequestHeaders<R>;
  /** JSON text, or bytes as they are. */
  send(message: Send<R>): void;
  close(code?: number, reason?: string): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** To every other peer of the topic, in all workers of the server. */
  publish(topic: string, message: Send<R>): void;
}

/** `export const socket: Socket<typeof route> = { … }` of a `WS` route. */
export interface SocketHooks<R extends string = string> {
  open?(peer: SocketPeer<R>, gctx: GlobalContext): unknown;
  message?(peer: SocketPeer<R>, message: Receive<R>, gctx: GlobalContext): unknown;
  close?(
    peer: SocketPeer<R>,
    details: { code?: number; reason?: string },
    gctx: GlobalContext,
  ): unknown;
  error?(peer: SocketPeer<R>, error: unknown, gctx: GlobalContext): unknown;
}

import type { Database, Storage } from './data.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import type { AsJson, EffectJob, WaitOptions } from './effect-job.ts';

// The registries below are filled by `.gati/types/gati.d.ts`.
declare global {
  /**
   * Keyed by route id. An entry may have `params`, `query`, `headers`, `body`, `receive`, `send`,
   * and `local` and `state`, which guards and middleware add to `lctx`.
   */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiRoutes {}
  /**
   * Keyed by folder below `src/handlers` that has a guard or a middleware: `/`, `/admin`. An entry
   * may have `outer` and `local` (what guards of outer folders, and of this one too, add to
   * `lctx`), `state` (what middleware sets) and `adds` (what the guard declares).
   */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiFolders {}
  /** Keyed by module name; an entry is the type of `gctx.modules.<name>`. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiModules {}
  /** Keyed by effect name; an entry is the type of its payload. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiEffects {}
  /** Keyed by effect name; an entry is the type that its `run` resolves to. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiEffectResults {}
  /** `{ config: … }` if the app has `src/config.ts`. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiConfig {}
  /** The generated client: `routes`, and `plain`, the union of route ids that need no input. */
  // oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
  interface GatiClient {}
}

/**
 * A registry, or `any` while no types are generated. In a fresh clone, `tsc` may run before the
 * first `vite`, and must not report errors in correct handlers. For an app without routes, `any`
 * makes no difference.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- no type of the app exists yet
type Generated<Registry> = keyof GatiRoutes extends never ? any : Registry;

/** Method and path template of a route, separated by a space: `GET /users/:id`. */
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

/** Path parameters of a route: the declared types, otherwise one string per name in the path. */
export type Params<R extends string> = Generated<
  Part<
    R,
    'params',
    string extends R ? Record<string, string> : { [Name in ParamNames<PathOf<R>>]: string }
  >
>;
/** Query of a route: the declared type, otherwise strings; a repeated name has an array. */
export type Query<R extends string> = Generated<
  Part<R, 'query', Record<string, string | string[] | undefined>>
>;
/**
 * Request headers of a route: declared headers have their declared type, all others are strings.
 */
export type RequestHeaders<R extends string> = Generated<
  Open<Part<R, 'headers', Record<never, never>>>
>;
type Open<Declared> =
  Declared extends Record<keyof Declared, string | undefined>
    ? Declared & Record<string, string | undefined>
    : Declared & Record<string, unknown>;
/** Body of a route: the declared type, otherwise `unknown`. */
export type Body<R extends string> = Generated<Part<R, 'body', unknown>>;
/** WebSocket message from the client: the declared type `Receive`, otherwise `unknown`. */
export type Receive<R extends string> = Generated<Part<R, 'receive', unknown>>;
/** WebSocket message to the client: the declared type `Send`, otherwise `unknown`. */
export type Send<R extends string> = Part<R, 'send', unknown>;

/** Folder below `src/handlers` with a guard or a middleware: `/` is `src/handlers` itself. */
export type FolderName = Generated<(keyof GatiFolders & string) | '/'>;
type FolderPart<F, Key extends string, Fallback> = Generated<
  F extends keyof GatiFolders
    ? GatiFolders[F] extends { [K in Key]: infer Value }
      ? Value
      : Fallback
    : Fallback
>;

/** The request of a handler. Declared parts are validated and converted to their declared types. */
export interface Req<R extends string = string> {
  /** `GET`, `POST`, … A `GET` route also gets `HEAD` requests. */
  readonly method: string;
  /** Path below the `base` of the app, without the query, not percent-decoded. */
  readonly path: string;
  /** Path parameters, percent-decoded. */
  readonly params: Params<R>;
  /**
   * Query parameters. If a name repeats, a declared array has all values, a single value the last.
   */
  readonly query: Query<R>;
  /** Request headers by lower-case name. */
  readonly headers: RequestHeaders<R>;
  /** Cookies by name. If several have the same name, the first one. */
  readonly cookies: Record<string, string | undefined>;
  /**
   * The parsed body. On a route without a declared body: the value of a JSON body, otherwise
   * `undefined`.
   */
  readonly body: Body<R>;
  /**
   * Bytes of the body, for example to verify the signature of a webhook. `undefined` if the request
   * has no body, and for `GET` and `HEAD` on a route without a declared body.
   */
  readonly rawBody: Uint8Array | undefined;
  /** Request object of the platform: `IncomingMessage` on Node, `Request` elsewhere. */
  readonly raw: unknown;
}

/**
 * The response of a handler. `return res.json(value)`, `return value` and `res.body = value` have
 * the same effect. Without a body and a status the response is 204.
 */
export interface Res {
  /** A whole number from 200 to 599; 200 by default. Any other value responds 500. */
  status: number;
  /** The body, as an alternative to returning it. */
  body: unknown;
  /**
   * Response headers. They replace those that the framework sets, except for `Vary` and `Link`,
   * which are sent in addition. `Content-Length`, `Connection` and other fields of the message
   * framing are ignored.
   */
  readonly headers: Headers;
  /**
   * Sends a value as JSON. A `Date` becomes an RFC 3339 string, a `bigint` a decimal string, a
   * `Set` an array, a `Map` an object, and bytes become base64.
   *
   * @example
   * res.status = 201;
   * return res.json({ id: '7' });
   */
  json<T>(value: T): Sent<T>;
  /**
   * Sends text as it is, by default as `text/plain; charset=utf-8`.
   *
   * @example
   * res.headers.set('content-type', 'text/csv');
   * return res.text('id,name\n7,Ada\n');
   */
  text(value: string): Sent<string>;
  /**
   * Redirects without a body. `url` may be relative; characters that are not ASCII are
   * percent-encoded. `status` is 302 by default.
   *
   * @example
   * return res.redirect('/login', 303);
   */
  redirect(url: string, status?: number): Sent<undefined>;
  /**
   * Sends a stream: a `ReadableStream` or a Node stream as bytes, any other async iterable as
   * server-sent events. The data of an event is JSON. To set other fields of an event, yield an
   * object of `data` and at least one of `event`, `id` and `retry`, and nothing else. Once a stream
   * has started, `limits.handlerTimeout` no longer applies.
   *
   * @example
   * async function* ticks(signal: AbortSignal) {
   *   for (let tick = 1; !signal.aborted; tick++) yield { tick };
   * }
   * return res.stream(ticks(lctx.signal));
   */
  stream(source: ReadableStream | AsyncIterable<unknown>): Sent<ReadableStream>;
  /**
   * Adds a `Set-Cookie` header. The value is percent-encoded. By default the cookie has the path
   * `/`, `HttpOnly`, `SameSite=Lax`, and `Secure` if the request came over HTTPS.
   *
   * @throws {TypeError} when the name, the value or an option can't be in the header
   * @example
   * res.cookie('session', token, { maxAge: 3600 });
   * res.cookie('theme', 'dark', { httpOnly: false });
   */
  cookie(name: string, value: string, options?: CookieOptions): void;
}

declare const sent: unique symbol;
/**
 * Return type of `res.json()`, `res.text()`, `res.redirect()` and `res.stream()`, so that
 * `return res.json(…)` and a bare call mean the same.
 */
export interface Sent<T = unknown> {
  readonly [sent]: T;
}

/** Attributes of a cookie (RFC 6265, section 4.1.2). */
export interface CookieOptions {
  /** Host whose subdomains get the cookie too; only the responding host by default. */
  domain?: string;
  /** Point in time at which the cookie expires; with the browser session by default. */
  expires?: Date;
  /** Hides the cookie from scripts. `true` by default; `false` for a cookie that scripts read. */
  httpOnly?: boolean;
  /** Whole seconds until the cookie expires; takes precedence over `expires`. */
  maxAge?: number;
  /** `/` by default. */
  path?: string;
  /**
   * Whether the cookie comes with requests that pages of other sites cause. `lax` by default: with
   * links, but not with forms. `none` requires `secure`.
   */
  sameSite?: 'strict' | 'lax' | 'none';
  /**
   * Sends the cookie over HTTPS only. By default `true` if the request came over HTTPS, which a
   * trusted proxy reports by `X-Forwarded-Proto`, with `sameSite: 'none'`,
   * and for names that begin with `__Host-` or `__Secure-`.
   */
  secure?: boolean;
}

/**
 * Writes log lines: JSON in production, short text in development and tests. Values of fields whose
 * names look secret (`password`, `token`, `cookie`, …) are redacted.
 *
 * @example
 * gctx.logger.error('the payment failed', { order: id, error });
 */
export interface Logger {
  trace(message: string, fields?: Record<string, unknown>): void;
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/**
 * Type of `gctx.effects.enqueue`: takes the name of an effect and what its `run` takes. Resolves
 * when the queue has stored the job.
 *
 * @throws {GatiError} GATI_EFFECT_UNKNOWN when the app has no effect of this name
 * @throws {GatiError} GATI_EFFECT_PAYLOAD when the payload does not match the effect or is too
 * large
 * @throws {GatiError} GATI_EFFECT_OPTION when an option is invalid or the queue can't do `tx`
 * @throws {GatiError} GATI_EFFECTS_KEYS when the queue keeps no idempotency keys
 * @throws {GatiError} GATI_EFFECTS_TX when `tx` is not a transaction of the database with the queue
 * @throws {GatiError} GATI_EFFECTS_AWAY when the server of the queue is unavailable
 * @throws {GatiError} GATI_EFFECT_CLOSED when the process is shutting down
 */
export type Enqueue = <Name extends keyof Generated<GatiEffects> & string>(
  name: Name,
  payload: Generated<GatiEffects>[Name],
  options?: EnqueueOptions,
) => Promise<{ id: string }>;

/** Job of one effect of the app. Without a name, a job of any effect. */
type JobOf<Name extends string> = EffectJob<
  Name,
  Name extends keyof GatiEffectResults ? AsJson<GatiEffectResults[Name]> : unknown
>;
type EffectName = keyof Generated<GatiEffects> & string;

/**
 * Context that all requests of a release share in one process: modules, effects, database, config.
 */
export interface GlobalContext {
  /** Modules of `src/modules` by file name. */
  readonly modules: Generated<GatiModules>;
  /** The queue of effects. */
  readonly effects: {
    /**
     * Enqueues a job and resolves when the queue has stored it. {@link Enqueue} lists the errors.
     *
     * @example
     * await gctx.effects.enqueue('welcome', { name: 'Ada' }, { idempotencyKey: userId });
     */
    enqueue: Enqueue;
    /**
     * Returns a job; `undefined` if it does not exist or the queue can't list jobs. With the name of
     * its effect, the result is typed, and a job of another effect is `undefined`.
     */
    get<Name extends EffectName = never>(
      id: string,
      effect?: Name,
    ): Promise<([Name] extends [never] ? EffectJob : JobOf<Name>) | undefined>;
    /**
     * Waits until a job has ended: completed, dead or cancelled. Returns the job as `get` does.
     * After the timeout, returns it in its current state.
     *
     * @example
     * const { id } = await gctx.effects.enqueue('invoice', { order: '7' });
     * const job = await gctx.effects.wait(id, 'invoice', { timeout: 5000, signal: lctx.signal });
     * return job?.state === 'completed' ? job.result : { state: job?.state };
     */
    wait<Name extends EffectName = never>(
      id: string,
      effect?: Name,
      options?: WaitOptions,
    ): Promise<([Name] extends [never] ? EffectJob : JobOf<Name>) | undefined>;
    /** Cancels a job that has not started. `false` if it runs, has ended or does not exist. */
    cancel(id: string): Promise<boolean>;
  };
  /**
   * SQL database: the one that `GATI_DATABASE` names, otherwise an SQLite file. Opened at first
   * use.
   *
   * @example
   * const { rows } = await gctx.db.sql<{ name: string }>`SELECT name FROM users WHERE id = ${id}`;
   */
  readonly db: Database;
  /** Keys and values that outlive the process. Opened at first use. */
  readonly storage: Storage;
  /** Result of the schema in `src/config.ts` over the environment; `{}` without that file. */
  readonly config: Generated<
    GatiConfig extends { config: infer Config } ? Config : Record<string, unknown>
  >;
  /** In-memory state that all requests of this process and release share. */
  readonly state: Map<string, unknown>;
  /** The release that runs: its semantic version, its id (`rel_…`) and when it was deployed. */
  readonly release: { version: string; id: string; deployedAt: Date };
  /** The process: host name and process id, `GATI_REGION` and `GATI_ZONE`. */
  readonly instance: { id: string; region: string | undefined; zone: string | undefined };
  readonly logger: Logger;
  /** Aborts when the process shuts down. */
  readonly signal: AbortSignal;
}

/**
 * `lctx.state`: names in `State`, which middleware declares as `export type State`, have its types.
 */
export interface LocalState<State> extends Map<string, unknown> {
  get<Name extends keyof State & string>(name: Name): State[Name];
  get(name: string): unknown;
  set<Name extends string>(
    name: Name,
    value: Name extends keyof State ? State[Name] : unknown,
  ): this;
}

/**
 * Context of one request: ids, logger, signal, client. `State` is what middleware sets in `state`.
 */
export interface LocalContext<State = Record<never, never>> {
  /** Valid `X-Request-Id` of the request, otherwise the trace id. The response has it too. */
  readonly requestId: string;
  /** 32 hexadecimal digits: from `traceparent` (W3C Trace Context), otherwise random. */
  readonly traceId: string;
  /** 16 hexadecimal digits, random. */
  readonly spanId: string;
  /** Semantic version of the release that runs. */
  readonly version: string;
  /** Route id: `GET /users/:id`. */
  readonly route: string;
  /** `gctx.logger` with route, request id, trace id and span id on every line. */
  readonly logger: Logger;
  /** Aborts when the client disconnects, `limits.handlerTimeout` passes or the process exits. */
  readonly signal: AbortSignal;
  /** State of this request: middleware sets what handlers read. */
  readonly state: [keyof State] extends [never] ? Map<string, unknown> : LocalState<State>;
  /**
   * Delays the shutdown of the process until the promise settles. A rejection is logged. The work
   * is lost if the process dies; use an effect for work that must not be lost.
   */
  waitUntil(promise: Promise<unknown>): void;
  /**
   * Address of the client (`GATI_TRUST_PROXY` decides whether `X-Forwarded-For` counts) and its
   * user agent.
   */
  readonly client: { ip: string; userAgent: string | undefined };
}

/**
 * `lctx` of a route: with the fields that its guards return, and the state that its middleware
 * declares.
 */
export type RouteLocal<R extends string = string> = LocalContext<
  Part<R, 'state', Generated<Record<never, never>>>
> &
  Generated<Part<R, 'local', unknown>>;

/**
 * Parameters of a handler, for function declarations.
 *
 * @example
 * export const route = 'GET /users/:id';
 *
 * export async function handler(...[req, res, gctx, lctx]: Args<typeof route>) {
 *   return res.json({ id: req.params.id });
 * }
 */
export type Args<R extends string = string> = [
  req: Req<R>,
  res: Res,
  gctx: GlobalContext,
  lctx: RouteLocal<R>,
];

/**
 * Handler of a route. The returned value is the body of the response, as JSON by default; nothing
 * returned or set is 204. A thrown `HttpError` becomes a problem response, any other error a 500.
 *
 * @example
 * export const route = 'GET /users/:id';
 *
 * export const handler: Handler<typeof route> = (req, res) => res.json({ id: req.params.id });
 */
export type Handler<R extends string = string> = (...args: Args<R>) => unknown;

/**
 * Middleware in a `_middleware.ts`: wraps the routes of its folder and of all folders below. It
 * runs after validation, the outermost folder first. `next()` runs the rest and resolves to its
 * returned value; calling it twice throws. A returned value other than `undefined` replaces the
 * value of `next()`. If `next()` was not called, the returned value is the response. `Folder` is
 * the folder of the file, below `src/handlers`: it types `lctx`.
 *
 * @example
 * export const middleware: Middleware = async (req, res, gctx, lctx, next) => {
 *   if (req.headers.authorization === undefined) {
 *     res.status = 401;
 *     return res.json({ error: 'unauthorized' });
 *   }
 *   return next();
 * };
 */
export type Middleware<Folder extends FolderName = '/'> = (
  req: Req,
  res: Res,
  gctx: GlobalContext,
  lctx: LocalContext<FolderPart<Folder, 'state', Record<never, never>>> &
    FolderPart<Folder, 'local', unknown>,
  next: () => Promise<unknown>,
) => unknown;

/**
 * `export const security` in a `_guard.ts` or a handler file: the credentials that requests need. A
 * list has alternatives; an object with several schemes requires all of them, and `{}` nothing.
 * `false` makes the routes public: guards of outer folders that declare a `security` do not run.
 *
 * @example
 * export const security = [{ bearer: { format: 'JWT' } }, { cookie: { name: 'sid' } }] satisfies Security;
 */
export type Security = false | SecuritySchemes | SecuritySchemes[];

/** Schemes of which a request must satisfy all. */
export interface SecuritySchemes {
  /** `Authorization: Bearer …` (RFC 6750). `format` is a hint for people: `JWT`. */
  bearer?: SchemeNotes & { format?: string; realm?: string };
  /** `Authorization: Basic …` (RFC 7617). */
  basic?: SchemeNotes & { realm?: string };
  apiKey?: SchemeNotes & { in: 'header' | 'query' | 'cookie'; name: string };
  cookie?: SchemeNotes & { name: string };
  /** `url`: where the provider describes itself, `https://…/.well-known/openid-configuration`. */
  openIdConnect?: SchemeNotes & { url: string; realm?: string };
}
interface SchemeNotes {
  /** Rights that the credential must grant. The diff reports a new scope as breaking. */
  scopes?: string[];
  description?: string;
}

/**
 * The request of a guard: as it arrived, since nothing is validated or converted yet. Parameters are
 * percent-decoded strings. There is no body: it is read after the guards.
 */
export interface GuardRequest extends Omit<Req, 'body' | 'rawBody'> {}

/**
 * Fields that a guard may add to `lctx`: any that `lctx` does not have, except `then`. A promise is
 * an object, so without that exception the type would accept a promise of any value, such as
 * `false`.
 */
type GuardFields = object & { readonly [Name in keyof LocalContext | 'then']?: never };

/**
 * Guard in a `_guard.ts`: decides whether a request may reach the routes of its folder and of all
 * folders below. It runs once the route is known, before anything is validated and before the body is
 * read, the outermost folder first. It rejects a request by throwing an `HttpError`. The fields of
 * the object that it returns are added to `lctx`. `Folder` is the folder of the file, below
 * `src/handlers`: it types `lctx`.
 *
 * With `satisfies Guard` the handlers know the type of each field. `const guard: Guard = …` hides it:
 * there `export type Local = { … }` in the same file declares the fields.
 *
 * @example
 * export const guard = (async (req, gctx) => {
 *   const user = await gctx.modules.sessions.find(req.cookies['sid']);
 *   if (user === undefined) throw new HttpError(401, 'unauthorized');
 *   return { user };
 * }) satisfies Guard;
 */
export type Guard<Folder extends FolderName = '/'> = (
  req: GuardRequest,
  gctx: GlobalContext,
  lctx: LocalContext & FolderPart<Folder, 'outer', unknown>,
) =>
  | FolderPart<Folder, 'adds', GuardFields | void>
  | Promise<FolderPart<Folder, 'adds', GuardFields | void>>;

/** One open WebSocket of a `WS` route. */
export interface SocketPeer<R extends string = string> {
  /** Unique among the open sockets. */
  readonly id: string;
  /** Path parameters of the handshake. */
  readonly params: Params<R>;
  /** Query of the handshake. */
  readonly query: Query<R>;
  /** Request headers of the handshake, by lower-case name. */
  readonly headers: RequestHeaders<R>;
  /** Context of the handshake, with what guards and middleware added to it. */
  readonly lctx: RouteLocal<R>;
  /** Sends a message: as JSON text, or as binary if it is a `Uint8Array` or an `ArrayBuffer`. */
  send(message: Send<R>): void;
  /** Closes the socket, with code 1000 by default. */
  close(code?: number, reason?: string): void;
  /** Subscribes to the messages that other sockets publish to a topic. */
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /**
   * Sends a message to every other socket that subscribed to the topic, on any route, release or
   * worker of this server. It does not reach other replicas. Other workers get it only up to 16 MiB
   * of text or 12 MiB of bytes (GATI_PUBLISH_LOST).
   */
  publish(topic: string, message: Send<R>): void;
}

/**
 * Hooks of a `WS` route; the global type `Socket` refers to it. A message that violates `Receive`
 * closes the socket before `message` runs. If a hook throws, the error is logged, `error` runs and
 * the socket closes with code 1011.
 *
 * @example
 * export const route = 'WS /chat/:room';
 *
 * export const socket: Socket<typeof route> = {
 *   open: (peer) => peer.subscribe(peer.params.room),
 *   message: (peer, message) => peer.publish(peer.params.room, message),
 * };
 */
export interface SocketHooks<R extends string = string> {
  /** Runs once the socket is open. */
  open?(peer: SocketPeer<R>, gctx: GlobalContext): unknown;
  /**
   * Runs for each valid message: a parsed JSON value, or bytes. On a route without a `Receive`
   * type, text that is not JSON stays text.
   */
  message?(peer: SocketPeer<R>, message: Receive<R>, gctx: GlobalContext): unknown;
  /** Runs after the socket has closed, with the close code and reason. */
  close?(
    peer: SocketPeer<R>,
    details: { code?: number; reason?: string },
    gctx: GlobalContext,
  ): unknown;
  /** Runs when the connection fails or another hook throws. */
  error?(peer: SocketPeer<R>, error: unknown, gctx: GlobalContext): unknown;
}

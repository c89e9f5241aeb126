/**
 * Replaces `vite-plugin-gati/types` in the analysed program. It declares the same types without an
 * import, so that the analysis works if the runtime is not built or not installed.
 * `test/analyze/project/globals.test.ts` compares it with the types of the runtime.
 */
export const GLOBALS: string = `
interface GatiRoutes {}
interface GatiFolders {}
interface GatiModules {}
interface GatiEffects {}
interface GatiEffectResults {}
interface GatiConfig {}

type __GatiSegment<S extends string> = S extends \`:\${infer N}\` ? N : S extends \`*\${infer N}\` ? N : never;
type __GatiParams<P extends string> = P extends \`\${infer S}/\${infer Rest}\` ? __GatiSegment<S> | __GatiParams<Rest> : __GatiSegment<P>;
type __GatiPath<R extends string> = R extends \`\${string} \${infer P}\` ? P : never;
type __GatiEntry<R> = R extends keyof GatiRoutes ? GatiRoutes[R] : unknown;
type __GatiPart<R, K extends string, F> = __GatiEntry<R> extends { [N in K]: infer V } ? V : F;

type __GatiOpen<D> = D extends Record<keyof D, string | undefined> ? D & Record<string, string | undefined> : D & Record<string, unknown>;

interface Req<R extends string = string> {
  readonly method: string;
  readonly path: string;
  readonly params: __GatiPart<R, 'params', string extends R ? Record<string, string> : { [N in __GatiParams<__GatiPath<R>>]: string }>;
  readonly query: __GatiPart<R, 'query', Record<string, string | string[] | undefined>>;
  readonly headers: __GatiOpen<__GatiPart<R, 'headers', Record<never, never>>>;
  readonly cookies: Record<string, string | undefined>;
  readonly body: __GatiPart<R, 'body', unknown>;
  readonly rawBody: Uint8Array | undefined;
  readonly raw: unknown;
}
declare const __gatiSent: unique symbol;
interface __GatiSent<T = unknown> { readonly [__gatiSent]: T }
interface __GatiCookie { domain?: string; expires?: Date; httpOnly?: boolean; maxAge?: number; path?: string; sameSite?: 'strict' | 'lax' | 'none'; secure?: boolean }
interface Res {
  status: number;
  body: unknown;
  readonly headers: Headers;
  json<T>(value: T): __GatiSent<T>;
  text(value: string): __GatiSent<string>;
  redirect(url: string, status?: number): __GatiSent<undefined>;
  stream(source: ReadableStream | AsyncIterable<unknown>): __GatiSent<ReadableStream>;
  cookie(name: string, value: string, options?: __GatiCookie): void;
}
type __GatiLog = (message: string, fields?: Record<string, unknown>) => void;
interface __GatiLogger { trace: __GatiLog; debug: __GatiLog; info: __GatiLog; warn: __GatiLog; error: __GatiLog }
type __GatiSqlValue = string | number | bigint | boolean | null | undefined | Uint8Array | Date;
interface __GatiStatement {
  bind(...values: __GatiSqlValue[]): __GatiStatement;
  all<Row = Record<string, unknown>>(...values: __GatiSqlValue[]): Promise<Row[]>;
  get<Row = Record<string, unknown>>(...values: __GatiSqlValue[]): Promise<Row | undefined>;
  run(...values: __GatiSqlValue[]): Promise<{ success: boolean; changes: number; lastInsertRowid?: number | bigint }>;
}
interface __GatiSql {
  readonly dialect: 'sqlite' | 'postgresql';
  sql<Row = Record<string, unknown>>(strings: TemplateStringsArray, ...values: __GatiSqlValue[]): Promise<{ rows: Row[]; success: boolean; changes?: number; lastInsertRowid?: number | bigint }>;
  exec(sql: string): Promise<unknown>;
  prepare(sql: string): __GatiStatement;
}
interface __GatiDatabase extends __GatiSql { transaction<Value>(work: (tx: __GatiSql) => Promise<Value>): Promise<Value> }
type __GatiStored = string | number | boolean | null | __GatiStored[] | { [key: string]: __GatiStored };
interface __GatiStorage {
  hasItem(key: string): Promise<boolean>;
  getItem<Value = __GatiStored>(key: string): Promise<Value | null>;
  setItem(key: string, value: unknown): Promise<void>;
  removeItem(key: string): Promise<void>;
  getItemRaw(key: string): Promise<Uint8Array | null>;
  setItemRaw(key: string, value: Uint8Array): Promise<void>;
  getKeys(prefix?: string): Promise<string[]>;
  clear(prefix?: string): Promise<void>;
}
interface __GatiEnqueue { delay?: number; idempotencyKey?: string; priority?: number; tx?: unknown }
type __GatiJson<V> = V extends { toJSON(...args: never): infer J } ? J : V extends string | number | boolean | null | undefined ? V : V extends bigint | symbol | ((...args: never) => unknown) ? unknown : V extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ArrayBufferView ? unknown : V extends object ? { [K in keyof V]: __GatiJson<V[K]> } : V;
interface __GatiJobFacts<N extends string> {
  id: string;
  effect: N;
  attempt: number;
  runAt: Date;
  progress: number | undefined;
  error: string | undefined;
}
type __GatiJob<N extends string = string, R = unknown> =
  | (__GatiJobFacts<N> & { state: 'completed'; result: R })
  | (__GatiJobFacts<N> & { state: 'waiting' | 'delayed' | 'active' | 'dead' | 'cancelled'; result: undefined });
type __GatiJobOf<N extends string> = __GatiJob<N, N extends keyof GatiEffectResults ? __GatiJson<GatiEffectResults[N]> : unknown>;
type __GatiEffectName = keyof GatiEffects & string;
interface __GatiEffects {
  enqueue<N extends __GatiEffectName>(name: N, payload: GatiEffects[N], options?: __GatiEnqueue): Promise<{ id: string }>;
  get<N extends __GatiEffectName = never>(id: string, effect?: N): Promise<([N] extends [never] ? __GatiJob : __GatiJobOf<N>) | undefined>;
  wait<N extends __GatiEffectName = never>(id: string, effect?: N, options?: { timeout?: number; signal?: AbortSignal }): Promise<([N] extends [never] ? __GatiJob : __GatiJobOf<N>) | undefined>;
  cancel(id: string): Promise<boolean>;
}
interface GlobalContext {
  readonly modules: GatiModules;
  readonly effects: __GatiEffects;
  readonly db: __GatiDatabase;
  readonly storage: __GatiStorage;
  readonly config: GatiConfig extends { config: infer C } ? C : Record<string, unknown>;
  readonly state: Map<string, unknown>;
  readonly release: { version: string; id: string; deployedAt: Date };
  readonly instance: { id: string; region: string | undefined; zone: string | undefined };
  readonly logger: __GatiLogger;
  readonly signal: AbortSignal;
}
interface LocalState<S> extends Map<string, unknown> {
  get<N extends keyof S & string>(name: N): S[N];
  get(name: string): unknown;
  set<N extends string>(name: N, value: N extends keyof S ? S[N] : unknown): this;
}
interface LocalContext<S = Record<never, never>> {
  readonly requestId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly version: string;
  readonly route: string;
  readonly logger: __GatiLogger;
  readonly signal: AbortSignal;
  readonly state: [keyof S] extends [never] ? Map<string, unknown> : LocalState<S>;
  waitUntil(promise: Promise<unknown>): void;
  readonly client: { ip: string; userAgent: string | undefined };
}
type RouteLocal<R extends string = string> = LocalContext<__GatiPart<R, 'state', Record<never, never>>> & __GatiPart<R, 'local', unknown>;
type __GatiFolder<F, K extends string, D> = F extends keyof GatiFolders ? GatiFolders[F] extends { [N in K]: infer V } ? V : D : D;
type __GatiFolderName = (keyof GatiFolders & string) | '/';
type Args<R extends string = string> = [req: Req<R>, res: Res, gctx: GlobalContext, lctx: RouteLocal<R>];
type Handler<R extends string = string> = (...args: Args<R>) => unknown;
type Security = unknown;
interface GuardRequest extends Omit<Req, 'body' | 'rawBody'> {}
type __GatiGuardFields = object & { readonly [N in keyof LocalContext | 'then']?: never };
type Guard<F extends __GatiFolderName = '/'> = (req: GuardRequest, gctx: GlobalContext, lctx: __GatiGuardLocal<F>) => __GatiFolder<F, 'adds', __GatiGuardFields | void> | Promise<__GatiFolder<F, 'adds', __GatiGuardFields | void>>;
type Middleware<F extends __GatiFolderName = '/'> = (req: Req, res: Res, gctx: GlobalContext, lctx: __GatiFolderLocal<F>, next: () => Promise<unknown>) => unknown;
interface SocketPeer<R extends string = string> {
  readonly id: string;
  readonly params: Req<R>['params'];
  readonly query: Req<R>['query'];
  readonly headers: Req<R>['headers'];
  readonly lctx: RouteLocal<R>;
  send(message: __GatiPart<R, 'send', unknown>): void;
  close(code?: number, reason?: string): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  publish(topic: string, message: __GatiPart<R, 'send', unknown>): void;
}
interface Socket<R extends string = string> {
  open?(peer: SocketPeer<R>, gctx: GlobalContext): unknown;
  message?(peer: SocketPeer<R>, message: __GatiPart<R, 'receive', unknown>, gctx: GlobalContext): unknown;
  close?(peer: SocketPeer<R>, details: { code?: number; reason?: string }, gctx: GlobalContext): unknown;
  error?(peer: SocketPeer<R>, error: unknown, gctx: GlobalContext): unknown;
}
interface EffectContext {
  id: string;
  effect: string;
  attempt: number;
  idempotencyKey: string | undefined;
  signal: AbortSignal;
  logger: __GatiLogger;
  release: { version: string; id: string };
  gctx: GlobalContext;
  progress(percent: number): Promise<void>;
  step<T>(name: string, work: () => T | Promise<T>): Promise<T>;
}
type __GatiReq<R extends string> = Req<R>;
type __GatiRes = Res;
type __GatiGlobal = GlobalContext;
type __GatiLocal<R extends string> = RouteLocal<R>;
type __GatiFolderLocal<F> = LocalContext<__GatiFolder<F, 'state', Record<never, never>>> & __GatiFolder<F, 'local', unknown>;
type __GatiGuardReq = GuardRequest;
type __GatiGuardLocal<F> = LocalContext & __GatiFolder<F, 'outer', unknown>;
type __GatiGuardArgs<F extends __GatiFolderName> = Parameters<Guard<F>>;
type __GatiArgs<R extends string> = Args<R>;
type __GatiHandler<R extends string> = Handler<R>;
`;

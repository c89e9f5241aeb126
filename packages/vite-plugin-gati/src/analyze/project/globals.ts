/**
 * What `vite-plugin-gati/types` declares, without an import, so that analysis works where the runtime is not built or not installed.
 * It stands in for that file in the analysed program. `test/analyze/globals.test.ts` holds it beside the types of the runtime.
 */
export const GLOBALS: string = `
interface GatiRoutes {}
interface GatiModules {}
interface GatiEffects {}
interface GatiConfig {}

type __GatiSegment<S extends string> = S extends \`:\${infer N}\` ? N : S extends \`*\${infer N}\` ? N : never;
type __GatiParams<P extends string> = P extends \`\${infer S}/\${infer Rest}\` ? __GatiSegment<S> | __GatiParams<Rest> : __GatiSegment<P>;
type __GatiPath<R extends string> = R extends \`\${string} \${infer P}\` ? P : never;
type __GatiEntry<R> = R extends keyof GatiRoutes ? GatiRoutes[R] : unknown;
type __GatiPart<R, K extends string, F> = __GatiEntry<R> extends { [N in K]: infer V } ? V : F;

interface Req<R extends string = string> {
  readonly method: string;
  readonly path: string;
  readonly params: __GatiPart<R, 'params', string extends R ? Record<string, string> : { [N in __GatiParams<__GatiPath<R>>]: string }>;
  readonly query: __GatiPart<R, 'query', Record<string, string | string[] | undefined>>;
  readonly headers: __GatiPart<R, 'headers', unknown> & Record<string, string | undefined>;
  readonly cookies: Record<string, string | undefined>;
  readonly body: __GatiPart<R, 'body', unknown>;
  readonly rawBody: Uint8Array | undefined;
  readonly raw: unknown;
}
declare const __gatiSent: unique symbol;
interface Sent<T = unknown> { readonly [__gatiSent]: T }
interface CookieOptions { domain?: string; expires?: Date; httpOnly?: boolean; maxAge?: number; path?: string; sameSite?: 'strict' | 'lax' | 'none'; secure?: boolean }
interface Res {
  status: number;
  body: unknown;
  readonly headers: Headers;
  json<T>(value: T): Sent<T>;
  text(value: string): Sent<string>;
  redirect(url: string, status?: number): Sent<undefined>;
  stream(source: ReadableStream | AsyncIterable<unknown>): Sent<ReadableStream>;
  cookie(name: string, value: string, options?: CookieOptions): void;
}
interface __GatiLogger { trace(m: string, f?: Record<string, unknown>): void; debug(m: string, f?: Record<string, unknown>): void; info(m: string, f?: Record<string, unknown>): void; warn(m: string, f?: Record<string, unknown>): void; error(m: string, f?: Record<string, unknown>): void }
interface GlobalContext {
  readonly modules: GatiModules;
  readonly effects: { enqueue<N extends keyof GatiEffects & string>(name: N, payload: GatiEffects[N], options?: { delay?: number; idempotencyKey?: string; priority?: number; tx?: unknown }): Promise<{ id: string }> };
  readonly config: GatiConfig extends { config: infer C } ? C : Record<string, unknown>;
  readonly db: any;
  readonly storage: any;
  readonly state: Map<string, unknown>;
  readonly release: { version: string; id: string; deployedAt: Date };
  readonly instance: { id: string; region: string | undefined; zone: string | undefined };
  readonly logger: __GatiLogger;
  readonly signal: AbortSignal;
}
interface LocalContext {
  readonly requestId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly version: string;
  readonly route: string;
  readonly logger: __GatiLogger;
  readonly signal: AbortSignal;
  readonly state: Map<string, unknown>;
  waitUntil(promise: Promise<unknown>): void;
  readonly client: { ip: string; userAgent: string | undefined };
}
type Args<R extends string = string> = [req: Req<R>, res: Res, gctx: GlobalContext, lctx: LocalContext];
type Handler<R extends string = string> = (...args: Args<R>) => unknown;
type Middleware = (req: Req, res: Res, gctx: GlobalContext, lctx: LocalContext, next: () => Promise<unknown>) => unknown;
interface SocketPeer {
  readonly id: string;
  readonly params: Record<string, string>;
  readonly query: Record<string, string | string[] | undefined>;
  readonly headers: Record<string, string | undefined>;
  send(message: unknown): void;
  close(code?: number, reason?: string): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  publish(topic: string, message: unknown): void;
}
type __GatiReq<R extends string> = Req<R>;
type __GatiRes = Res;
type __GatiGlobal = GlobalContext;
type __GatiLocal = LocalContext;
type __GatiArgs<R extends string> = Args<R>;
type __GatiHandler<R extends string> = Handler<R>;
`;

// Global types of handlers: `/// <reference types="vite-plugin-gati/types" />`.
// A script, not a module: its declarations are global, and it refers to no type of Node.

/**
 * Routes by id, with `params`, `query`, `headers`, `body`, `receive`, `send`. Filled by
 * `.gati/types/gati.d.ts`.
 */
interface GatiRoutes {}
/** Folders with a guard or a middleware. Filled by `.gati/types/gati.d.ts`. */
interface GatiFolders {}
/** Modules by name. Filled by `.gati/types/gati.d.ts`. */
interface GatiModules {}
/** Payloads by effect name. Filled by `.gati/types/gati.d.ts`. */
interface GatiEffects {}
/** Results by effect name. Filled by `.gati/types/gati.d.ts`. */
interface GatiEffectResults {}
/** `{ config: … }` if the app has `src/config.ts`. Filled by `.gati/types/gati.d.ts`. */
interface GatiConfig {}
/**
 * The generated client, for `testApp()`: its `routes` and `sockets`, and `plain` and `plainSockets`,
 * the ids of those that need no input. Filled by `.gati/types/gati.d.ts`.
 */
interface GatiClient {}

/**
 * For each file of `src/versions`, by name, the two contracts that it connects. Filled by
 * `.gati/types/versions.d.ts`.
 */
interface GatiMigrations {}

/**
 * Migrations of a file in `src/versions`. `Name` is the name of the file without `.ts`.
 *
 * @example
 * // src/versions/1.x.ts
 * export default { routes: { … } } satisfies Migration<'1.x'>;
 */
type Migration<Name extends string = string> = import('@gati/runtime-h3/types').MigrationOf<
  Name extends keyof GatiMigrations ? GatiMigrations[Name] : unknown
>;

/**
 * Handler of a route. The returned value is the body of the response, as JSON by default; nothing
 * returned or set is 204. A thrown `HttpError` becomes a problem response, any other error a 500.
 *
 * @example
 * export const route = 'GET /users/:id';
 *
 * export const handler: Handler<typeof route> = (req, res) => res.json({ id: req.params.id });
 */
type Handler<R extends string = string> = import('@gati/runtime-h3/types').Handler<R>;
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
type Args<R extends string = string> = import('@gati/runtime-h3/types').Args<R>;
/** The request of a handler. Declared parts are validated and converted to their declared types. */
type Req<R extends string = string> = import('@gati/runtime-h3/types').Req<R>;
/**
 * The response of a handler. `return res.json(value)`, `return value` and `res.body = value` have
 * the same effect.
 */
type Res = import('@gati/runtime-h3/types').Res;
/** What all requests of a release share in one process: modules, effects, database, config. */
type GlobalContext = import('@gati/runtime-h3/types').GlobalContext;
/** What belongs to one request: ids, logger, signal, client. */
type LocalContext<State = Record<never, never>> =
  import('@gati/runtime-h3/types').LocalContext<State>;
/** `lctx` of a route, with what its guards and middleware add: for helpers of handlers. */
type RouteLocal<R extends string = string> = import('@gati/runtime-h3/types').RouteLocal<R>;
/**
 * Type of `export const security` in a `_guard.ts` or a handler file.
 *
 * @example
 * export const security = [{ bearer: {} }, { cookie: { name: 'sid' } }] satisfies Security;
 */
type Security = import('@gati/runtime-h3/types').Security;
/** The request of a guard: as it arrived, without a body. */
type GuardRequest = import('@gati/runtime-h3/types').GuardRequest;
/**
 * Guard in a `_guard.ts`: decides whether a request may reach the routes of its folder and of all
 * folders below, before anything is validated and before the body is read. It rejects by throwing an
 * `HttpError`; the fields of the object that it returns are added to `lctx`. In a folder below
 * `src/handlers` it is `Guard<'/admin'>`, which types what outer guards added.
 *
 * @example
 * export const guard = (async (req, gctx) => {
 *   const user = await gctx.modules.sessions.find(req.cookies['sid']);
 *   if (user === undefined) throw new HttpError(401, 'unauthorized');
 *   return { user };
 * }) satisfies Guard;
 */
type Guard<Folder extends import('@gati/runtime-h3/types').FolderName = '/'> =
  import('@gati/runtime-h3/types').Guard<Folder>;
/**
 * Middleware in a `_middleware.ts`: wraps the routes of its folder and of all folders below.
 * `next()` runs the rest; without it the returned value is the response.
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
type Middleware<Folder extends import('@gati/runtime-h3/types').FolderName = '/'> =
  import('@gati/runtime-h3/types').Middleware<Folder>;
/**
 * Hooks of a `WS` route: `open`, `message`, `close`, `error`.
 *
 * @example
 * export const route = 'WS /chat/:room';
 *
 * export const socket: Socket<typeof route> = {
 *   open: (peer) => peer.subscribe(peer.params.room),
 *   message: (peer, message) => peer.publish(peer.params.room, message),
 * };
 */
type Socket<R extends string = string> = import('@gati/runtime-h3/types').SocketHooks<R>;
/** One open WebSocket of a `WS` route. */
type SocketPeer<R extends string = string> = import('@gati/runtime-h3/types').SocketPeer<R>;
/**
 * Second parameter of an effect's `run`: the job, a logger, a signal, steps and progress.
 *
 * @example
 * export async function run(payload: { name: string }, ectx: EffectContext): Promise<void> {
 *   ectx.logger.info('welcome', { name: payload.name, attempt: ectx.attempt });
 * }
 */
type EffectContext = import('@gati/runtime-h3/types').EffectContext;

/** The routes of the app, sorted by `id`. */
declare module 'virtual:gati/routes' {
  export type Route = Pick<
    import('@gati/contract').RouteContract,
    'id' | 'method' | 'path' | 'domain' | 'name'
  >;
  export const routes: readonly Route[];
  export default routes;
}

/** The content of `gati.manifest.json`, which the build writes. */
declare module 'virtual:gati/manifest' {
  const manifest: import('@gati/contract').Manifest;
  export default manifest;
}

/** The files of `src/migrations`, in their order. */
declare module 'virtual:gati/migrations' {
  const migrations: readonly { name: string; sql: string }[];
  export default migrations;
}

/** The Vue plugin that shows the calls of the client in Vue DevTools. In a build, it does nothing. */
declare module 'virtual:gati/devtools' {
  const plugin: { install(app: object): void };
  export default plugin;
}

// `.gati/types/gati.d.ts` declares `virtual:gati/client` with the types of the app's own routes.
// Until it exists, this declaration makes the import `any`.
declare module 'virtual:gati/*';

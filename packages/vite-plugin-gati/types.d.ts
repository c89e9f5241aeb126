// Global types of handlers: `/// <reference types="vite-plugin-gati/types" />`.
// A script, not a module: what it declares is global, and it leads to no Node type.

/** By route id; each entry may have `params`, `query`, `headers`, `body`, `receive`, `send`. Filled by `.gati/types/gati.d.ts`. */
interface GatiRoutes {}
/** By module name. Filled by `.gati/types/gati.d.ts`. */
interface GatiModules {}
/** By effect name; an entry is the payload. Filled by `.gati/types/gati.d.ts`. */
interface GatiEffects {}
/** `{ config: … }` where the app has `src/config.ts`. Filled by `.gati/types/gati.d.ts`. */
interface GatiConfig {}
/** The `routes` of the generated client and those that are `plain`, for `testApp().call`. Filled by `.gati/types/gati.d.ts`. */
interface GatiClient {}

/** By name of a file in `src/versions`: the contracts that it stands between. Filled by `.gati/types/versions.d.ts`. */
interface GatiMigrations {}

/** `export default { routes: { … } } satisfies Migration<'1.x'>` in `src/versions/1.x.ts`. */
type Migration<Name extends string = string> = import('@gati/runtime-h3/types').MigrationOf<
  Name extends keyof GatiMigrations ? GatiMigrations[Name] : unknown
>;

/** `export const handler: Handler<typeof route> = async (req, res, gctx, lctx) => { … }` */
type Handler<R extends string = string> = import('@gati/runtime-h3/types').Handler<R>;
/** `export async function handler(...[req, res, gctx, lctx]: Args<typeof route>) { … }` */
type Args<R extends string = string> = import('@gati/runtime-h3/types').Args<R>;
type Req<R extends string = string> = import('@gati/runtime-h3/types').Req<R>;
type Res = import('@gati/runtime-h3/types').Res;
/** What all requests share: modules, effects, config, release. */
type GlobalContext = import('@gati/runtime-h3/types').GlobalContext;
/** What belongs to one request: ids, logger, signal. */
type LocalContext = import('@gati/runtime-h3/types').LocalContext;
/** `export const middleware: Middleware = async (req, res, gctx, lctx, next) => { … }` in a `_middleware.ts`. */
type Middleware = import('@gati/runtime-h3/types').Middleware;
/** `export const socket: Socket<typeof route> = { open, message, close }` of a `WS` route. */
type Socket<R extends string = string> = import('@gati/runtime-h3/types').SocketHooks<R>;
type SocketPeer<R extends string = string> = import('@gati/runtime-h3/types').SocketPeer<R>;
/** Second parameter of an effect's `run`. */
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

/** What the build writes as `gati.manifest.json`. */
declare module 'virtual:gati/manifest' {
  const manifest: import('@gati/contract').Manifest;
  export default manifest;
}

// `virtual:gati/client` is declared by `.gati/types/gati.d.ts`: its types are those of the app's own routes. This stands in for it until then.
declare module 'virtual:gati/*';

/**
 * How a request is served, in nine steps; read this file first.
 *
 * 1. An adapter wraps the request of the platform in an `Exchange`: `adapters/node-exchange.ts`,
 *    `adapters/web-exchange.ts`.
 * 2. `serve()` separates path and query: `request/incoming.ts`.
 * 3. The version table chooses the release: `versions/table.ts`, `versions/requested-version.ts`.
 *    If it chooses none, `versions/respond-versions.ts` responds. A request for a migrated release is
 *    migrated by `versions/migrate-request.ts`, and continues with step 4 in the newer release.
 * 4. `route()` finds the route, or leaves the request to `respond-unmatched.ts`. It starts
 *    the call (`request/call.ts`), rejects forms of other sites (`request/foreign-site.ts`) and
 *    decodes the params (`request/path.ts`).
 * 5. `openAndEnter()` waits for code and global context, if they are not loaded yet:
 *    `release/load-release.ts`, `release/release-state.ts`.
 * 6. `enter()` runs the guards: `route/guards.ts`. `checkInput()` checks params, query and headers
 *    with the compiled plan of the route: `route/route-plan.ts`, `request/validate-input.ts`.
 * 7. `readBody()` reads, parses and checks the body: `read-body.ts`, `request/body.ts`, `request/unsupported-media-type.ts`.
 * 8. `run()` calls middleware and handler: `route/middleware.ts`, with `req`, `res` and `lctx` of
 *    the folder `src/context`.
 * 9. `respond()` sends the result: `response/respond.ts`, `response/headers.ts`. `finishCall()`
 *    records the call: `request/finish-call.ts`.
 *
 * An error of any step becomes a problem in `response/respond-error.ts`. `expire()` ends a late call.
 * A WebSocket handshake takes steps 2 to 6 in `websocket/handshake.ts`.
 */

import { RequestLocal } from '../context/local.ts';
import { RequestContext } from '../context/req.ts';
import type { GlobalContext } from '../types/context.ts';
import type { LoadedRoute } from '../types/bundle.ts';
import type { InputError } from '../validate/explain.ts';
import { respond } from './response/respond.ts';
import { readBody } from './read-body.ts';
import { bodyTimeoutError } from './request/body.ts';
import { IncomingRequest } from './request/incoming.ts';
import type { Call } from './request/call.ts';
import { checkStrings, invalidRequestError } from './request/validate-input.ts';
import type { AppState } from './app-state.ts';
import type { Exchange } from '../types/exchange.ts';
import { respondError } from './response/respond-error.ts';
import { loadRelease } from './release/load-release.ts';
import type { runGuards as RunGuards } from './route/guards.ts';
import { runMiddleware } from './route/middleware.ts';
import { rejectForeignForm } from './request/foreign-site.ts';
import { decodeParams } from './request/path.ts';
import type { ReleaseState } from './release/release-state.ts';
import type { RoutePlan } from './route/route-plan.ts';
import { limitError, RequestError } from './request/request-error.ts';
import { CLIENT_GONE, finishCall } from './request/finish-call.ts';
import type { MigrationPath } from '../types/served-release.ts';
import { respondUnmatched } from './respond-unmatched.ts';
import type { VersionEntry } from './versions/entry.ts';

/** Serves one request. Never throws. */
export function serve(app: AppState, exchange: Exchange, next: (() => void) | undefined): void {
  const incoming = new IncomingRequest(app, exchange, next);
  const chosen = app.table.choose(incoming, exchange.method);
  if (chosen.status !== 200) return respondUnmatched(incoming, chosen);
  const { migration } = chosen.release.served;
  if (migration !== undefined)
    return app.waitUntil(routeMigrated(incoming, chosen.release, migration), app.logger);
  const release = app.releaseState(chosen.release);
  if (release instanceof Promise) app.waitUntil(routeWhenLoaded(incoming, release), app.logger);
  else route(incoming, release);
}

async function routeWhenLoaded(
  incoming: IncomingRequest,
  loading: Promise<ReleaseState>,
): Promise<void> {
  const release = await loadRelease(incoming, loading);
  if (release !== undefined) route(incoming, release);
}

/** Serves a request for a retired release through migrations to a newer one. */
async function routeMigrated(
  incoming: IncomingRequest,
  entry: VersionEntry,
  migration: MigrationPath,
): Promise<void> {
  const { app } = incoming;
  const target = app.table.entries.find(({ version }) => version === migration.target);
  const { migrateToNewer } = await import('./versions/migrate-request.ts');
  const migrated = await migrateToNewer(incoming, entry, migration);
  if (migrated === undefined) return;
  const release = await loadRelease(
    migrated,
    target === undefined
      ? Promise.reject(new Error('The release that the migrations lead to is not served.'))
      : app.releaseState(target),
  );
  if (release !== undefined) route(migrated, release);
}

function route(incoming: IncomingRequest, release: ReleaseState): void {
  const { app, exchange, path } = incoming;
  const { method } = exchange;
  const { bundle } = release;
  const match =
    path === undefined || method === 'WS'
      ? undefined
      : (bundle.match(method, path) ?? (method === 'HEAD' ? bundle.match('GET', path) : undefined));
  if (match === undefined) return respondUnmatched(incoming, release);
  const call = incoming.beginCall(release, release.routeState(match.data));
  try {
    if (isUnsafe(method) && match.data.allowCrossSite !== true) rejectForeignForm(app, exchange);
    if (match.params !== undefined) decodeParams((call.params = match.params));
    const route = match.data.load();
    if (release.gctx !== undefined && !(route instanceof Promise)) enter(call, route, release.gctx);
    else void openAndEnter(app, call, route);
  } catch (error) {
    respondError(call, error);
  }
}

/** Whether a request by this method may change something (RFC 9110, section 9.2.1). */
function isUnsafe(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

/** Waits for the context and the code, which the first requests of a release or a route need. */
async function openAndEnter(
  app: AppState,
  call: Call,
  route: LoadedRoute | Promise<LoadedRoute>,
): Promise<void> {
  const { release } = call;
  try {
    // Started together and awaited together: a rejection of either would be unhandled otherwise.
    const [loaded, gctx] = await Promise.all([
      route,
      release.gctx ?? release.openContext(app.options.context),
    ]);
    enter(call, loaded, gctx);
  } catch (error) {
    respondError(call, error);
  }
}

function enter(call: Call, route: LoadedRoute, gctx: GlobalContext): void {
  call.gctx = gctx;
  const plan = (call.plan = call.routeState.plan(route, call.release));
  const { guards } = plan.route;
  if (guards !== undefined && guards.length > 0) void guardAndEnter(call, plan);
  else checkInput(call, plan);
}

/**
 * Loaded by the first request of a guarded route. A variable keeps it, because each `import()`
 * costs microseconds.
 */
let runGuards: typeof RunGuards | undefined;

async function guardAndEnter(call: Call, plan: RoutePlan): Promise<void> {
  try {
    runGuards ??= (await import('./route/guards.ts')).runGuards;
    const run = runGuards;
    const { tracer } = call.app;
    const isOpen = await (tracer === undefined
      ? run(call, plan.route)
      : tracer.enter(call, () => run(call, plan.route)));
    if (isOpen) checkInput(call, plan);
  } catch (error) {
    respondError(call, error);
  }
}

function checkInput(call: Call, plan: RoutePlan): void {
  const errors: InputError[] = [];
  const pending = checkStrings(call, errors);
  if (pending !== undefined) return void enterLater(call, plan, errors, pending);
  readBodyAndRun(call, plan, errors);
}

/**
 * Continues once the schema values have validated asynchronously, unless the call has ended.
 */
async function enterLater(
  call: Call,
  plan: RoutePlan,
  errors: InputError[],
  pending: Promise<unknown>,
): Promise<void> {
  try {
    await pending;
    if (call.phase === 'handler') readBodyAndRun(call, plan, errors);
  } catch (error) {
    respondError(call, error);
  }
}

function readBodyAndRun(call: Call, plan: RoutePlan, errors: InputError[]): void {
  const { method } = call.exchange;
  if (plan.body === undefined && (method === 'GET' || method === 'HEAD')) return run(call, errors);
  readBody(call, errors, run);
}

function run(call: Call, errors: InputError[]): void {
  if (errors.length > 0) throw invalidRequestError(errors);
  const { tracer } = call.app;
  const result = tracer === undefined ? runRoute(call) : tracer.enter(call, () => runRoute(call));
  if (isThenable(result)) return void settle(call, result);
  const pending = finish(call, result);
  if (pending !== undefined) void settlePending(call, pending);
}

/** Calls middleware and handler. */
function runRoute(call: Call): unknown {
  const { route } = call.plan as { route: LoadedRoute };
  const gctx = call.gctx as GlobalContext;
  const req = new RequestContext(call);
  const lctx = call.local ?? new RequestLocal(call);
  const { handler, middleware } = route;
  if (handler === undefined) throw new RequestError(500, 'internal');
  return middleware.length === 0
    ? handler(req, call.res, gctx, lctx)
    : runMiddleware(call, route, req, call.res, gctx, lctx);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

async function settle(call: Call, promise: PromiseLike<unknown>): Promise<void> {
  try {
    const pending = finish(call, await promise);
    if (pending !== undefined) await pending;
  } catch (error) {
    respondError(call, error);
  }
}

/** Waits for a response that a schema value validates asynchronously. */
async function settlePending(call: Call, pending: Promise<void>): Promise<void> {
  try {
    await pending;
  } catch (error) {
    respondError(call, error);
  }
}

function finish(call: Call, returned: unknown): Promise<void> | undefined {
  return call.phase === 'handler' ? respond(call, returned) : undefined;
}

/**
 * Ends a call that is past its deadline or has lost its client. A call that still reads its body
 * gets 408, or 499 in the log when the client left. A call whose handler runs gets 503.
 */
export function expire(call: Call): void {
  const { phase } = call;
  if (phase !== 'body' && phase !== 'handler') return;
  if (phase === 'body' && call.exchange.gone) return finishCall(call, CLIENT_GONE);
  call.abort(new DOMException('The request took too long.', 'TimeoutError'));
  if (phase === 'body') return respondError(call, bodyTimeoutError());
  const late = call.nameLate?.() ?? 'The handler';
  const detail = `${late} did not respond in time.`;
  respondError(call, limitError('handlerTimeout', new RequestError(503, 'timeout', { detail })));
}

import { RequestLocal } from '../context/local.ts';
import { RequestContext } from '../context/req.ts';
import type { GlobalContext } from '../types/context.ts';
import type { LoadedRoute } from '../types/bundle.ts';
import type { InputError } from '../validate/explain.ts';
import { respond } from './response/respond.ts';
import { bodyTimeoutError, readBody } from './request/body.ts';
import { IncomingRequest } from './request/incoming.ts';
import type { Call } from './request/call.ts';
import { checkStrings, invalidRequestError } from './request/validate-input.ts';
import type { AppState } from './app-state.ts';
import type { Exchange } from '../types/exchange.ts';
import { respondError } from './response/respond-error.ts';
import { loadRelease } from './route/load-release.ts';
import { runMiddleware } from './route/middleware.ts';
import { decodeParams } from './request/path.ts';
import type { ReleaseState } from './route/release-state.ts';
import { RequestError } from './response/problem.ts';
import { CLIENT_GONE, finishCall } from './response/finish-call.ts';
import type { MigrationPath } from '../types/served-release.ts';
import { respondUnmatched } from './response/respond-unmatched.ts';
import type { VersionEntry } from './versions/entry.ts';

/** One request through the pipeline. Nothing it is given makes it throw. */
export function serve(app: AppState, exchange: Exchange, next: (() => void) | undefined): void {
  const incoming = new IncomingRequest(app, exchange, next);
  const chosen = app.table.choose(incoming, exchange.method);
  if (chosen.status !== 200) return respondUnmatched(incoming, chosen);
  const { migration } = chosen.release.served;
  if (migration !== undefined)
    return app.waitUntil(routeMigrated(incoming, chosen.release, migration), app.logger);
  const release = app.releaseState(chosen.release);
  if (release instanceof Promise) app.waitUntil(routeLater(incoming, release), app.logger);
  else route(incoming, release);
}

async function routeLater(
  incoming: IncomingRequest,
  loading: Promise<ReleaseState>,
): Promise<void> {
  const release = await loadRelease(incoming, loading);
  if (release !== undefined) route(incoming, release);
}

/** A retired release: a newer one answers for it. */
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
    target === undefined ? Promise.reject(new Error('It is gone.')) : app.releaseState(target),
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
    if (match.params !== undefined) decodeParams((call.params = match.params));
    const route = match.data.load();
    if (release.gctx !== undefined && !(route instanceof Promise)) enter(call, route, release.gctx);
    else void openAndEnter(app, call, route);
  } catch (error) {
    respondError(call, error);
  }
}

/** The slow way in: a release without its context yet, or a route whose code is still loading. */
async function openAndEnter(
  app: AppState,
  call: Call,
  route: LoadedRoute | Promise<LoadedRoute>,
): Promise<void> {
  const { release } = call;
  try {
    // At once: a failure of either must find somebody who waits for it.
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
  const errors: InputError[] = [];
  checkStrings(call, errors);
  const { method } = call.exchange;
  if (plan.body === undefined && (method === 'GET' || method === 'HEAD')) return run(call, errors);
  readBody(call, errors, run);
}

function run(call: Call, errors: InputError[]): void {
  if (errors.length > 0) throw invalidRequestError(errors);
  const { route } = call.plan as { route: LoadedRoute };
  const gctx = call.gctx as GlobalContext;
  const req = new RequestContext(call);
  const lctx = new RequestLocal(call);
  const { handler, middleware } = route;
  if (handler === undefined) throw new RequestError(500, 'internal');
  const result =
    middleware.length === 0
      ? handler(req, call.res, gctx, lctx)
      : runMiddleware(route, req, call.res, gctx, lctx);
  if (isThenable(result)) void settle(call, result);
  else finish(call, result);
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
    finish(call, await promise);
  } catch (error) {
    respondError(call, error);
  }
}

function finish(call: Call, returned: unknown): void {
  if (call.phase !== 'handler') return;
  respond(call, returned);
}

/** A call that is late or alone: the body did not come, the handler did not answer, or the client went. */
export function expire(call: Call): void {
  const late = call.phase;
  if (late !== 'body' && late !== 'handler') return;
  if (late === 'body' && call.exchange.gone) return finishCall(call, CLIENT_GONE);
  call.abort(new DOMException('The request took too long.', 'TimeoutError'));
  if (late === 'body') respondError(call, bodyTimeoutError());
  else
    respondError(
      call,
      new RequestError(503, 'timeout', { detail: 'The handler did not answer in time.' }),
    );
}

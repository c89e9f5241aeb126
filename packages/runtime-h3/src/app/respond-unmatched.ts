import { HTTP_METHODS } from '@gati/contract/internal';
import type { ReleaseBundle } from '../types/bundle.ts';
import { send } from './response/respond.ts';
import type { IncomingRequest } from './request/incoming.ts';
import type { Call } from './request/call.ts';
import { respondError, sendProblem } from './response/respond-error.ts';
import { ReleaseState } from './release/release-state.ts';
import {
  respondVersionError,
  type UnresolvedVersion,
  versionsResponder,
} from './versions/respond-versions.ts';

/**
 * Responds to requests that no handler takes: unknown paths (404), the version history, version
 * errors (300, 400, 406, 410), OPTIONS and preflights, 405 and 426. A path that is not a route of
 * any release goes to `next`, if there is one.
 */
export function respondUnmatched(
  incoming: IncomingRequest,
  outcome: ReleaseState | UnresolvedVersion,
): void {
  const { app, exchange, path, next } = incoming;
  const { table } = app;
  const isRoute = path !== undefined && table.isRoute(path);
  const respondVersions =
    isRoute || path === undefined
      ? undefined
      : versionsResponder(table, exchange.method, path, app.base);
  if (!isRoute && respondVersions === undefined && next !== undefined) return next();
  const release =
    outcome instanceof ReleaseState && respondVersions === undefined ? outcome : app.noRelease;
  const call = incoming.beginCall(release, release.unmatched(exchange.method));
  try {
    if (respondVersions !== undefined) respondVersions(call);
    else if (isRoute && !(outcome instanceof ReleaseState))
      respondVersionError(call, outcome, table, app.base);
    else respondInRelease(incoming, call, isRoute);
  } catch (error) {
    respondError(call, error);
  }
}

/** Responds for one release to OPTIONS and preflights, and with 404, 405 and 426. */
function respondInRelease(
  { app, exchange, path }: IncomingRequest,
  call: Call,
  isRoute: boolean,
): void {
  const { bundle, headers } = call.release;
  const isPreflight =
    exchange.method === 'OPTIONS' && exchange.header('access-control-request-method') !== undefined;
  // A preflight does not name the version of the request that follows, so any release counts.
  const has = (method: string, at: string): boolean =>
    isPreflight ? app.table.has(method, at) : bundle.match(method, at) !== undefined;
  const methods = HTTP_METHODS.filter((method) => path !== undefined && has(method, path));
  if (methods.includes('GET') && !methods.includes('HEAD')) methods.push('HEAD');
  const socket = path !== undefined && bundle.match('WS', path) !== undefined;
  if (exchange.target === '*' && exchange.method === 'OPTIONS')
    return send(call, 204, headers.slice(), undefined);
  if (methods.length === 0 && !socket) {
    const detail = isRoute
      ? 'This version has no route at this path, but another version has one.'
      : 'No route has this path.';
    return sendProblem(call, 404, 'not_found', { detail });
  }

  if (!methods.includes('OPTIONS')) methods.push('OPTIONS');
  const allow = methods.join(', ');
  if (exchange.method === 'OPTIONS') {
    const origin = app.cors === undefined ? undefined : exchange.header('origin');
    const method =
      origin === undefined ? undefined : exchange.header('access-control-request-method');
    const isAllowed =
      origin !== undefined && method !== undefined && app.cors?.allows(origin) === true;
    const allowed = isAllowed
      ? (app.cors?.preflight(allow, declaredHeaders(bundle, method, path)) ?? [])
      : [];
    return send(call, 204, [...headers, 'allow', allow, ...allowed], undefined);
  }
  if (socket && exchange.method === 'GET') {
    return sendProblem(call, 426, 'upgrade_required', { detail: 'This route is a WebSocket.' }, [
      'upgrade',
      'websocket',
      'connection',
      'Upgrade',
    ]);
  }
  sendProblem(call, 405, 'method_not_allowed', { detail: `This path accepts ${allow}.` }, [
    'allow',
    allow,
  ]);
}

function declaredHeaders(
  bundle: ReleaseBundle,
  method: string,
  path: string | undefined,
): string[] {
  const matched = path === undefined ? undefined : bundle.match(method, path)?.data;
  const route = matched && bundle.contract.routes[bundle.routes.indexOf(matched)];
  return Object.keys(route?.headers?.properties ?? {});
}

import type { Resolution } from '@gati/contract';
import type { ReleaseBundle } from '../../releases/bundle.ts';
import { send } from './respond.ts';
import type { Arrival } from '../request/incoming.ts';
import type { Call } from '../request/call.ts';
import { fail, sendProblem } from './respond-error.ts';
import { ReleaseState } from '../route/route-plan.ts';
import { answerRefused, versionsAnswer } from '../versions/respond.ts';
import type { VersionEntry } from '../versions/entry.ts';
import { METHODS } from '../methods.ts';

type Refused = Exclude<Resolution<VersionEntry>, { status: 200 }>;

/** Answers what no handler does: what is no route of any release, the choice of a version, and what a release has no handler for. */
export function answerUnmatched(arrival: Arrival, outcome: ReleaseState | Refused): void {
  const { core, exchange, path, next } = arrival;
  const { table } = core;
  const isKnown = path !== undefined && table.isRoute(path);
  const own =
    isKnown || path === undefined
      ? undefined
      : versionsAnswer(table, exchange.method, path, core.base);
  if (!isKnown && own === undefined && next !== undefined) return next();
  const release = outcome instanceof ReleaseState && own === undefined ? outcome : core.noRelease;
  const call = arrival.begin(release, release.unmatched(exchange.method));
  try {
    if (own !== undefined) own(call);
    else if (isKnown && !(outcome instanceof ReleaseState))
      answerRefused(call, outcome, table, core.base);
    else answerWithin(arrival, call, isKnown);
  } catch (error) {
    fail(call, error);
  }
}

/** OPTIONS and preflights, 404, 405 and 426 of one release. */
function answerWithin({ core, exchange, path }: Arrival, call: Call, isKnown: boolean): void {
  const { bundle, identity } = call.release;
  const isPreflight =
    exchange.method === 'OPTIONS' && exchange.header('access-control-request-method') !== undefined;
  // A preflight does not say which version it is for.
  const has = (method: string, at: string): boolean =>
    isPreflight ? core.table.has(method, at) : bundle.match(method, at) !== undefined;
  const methods = METHODS.filter((method) => path !== undefined && has(method, path));
  if (methods.includes('GET') && !methods.includes('HEAD')) methods.push('HEAD');
  const socket = path !== undefined && bundle.match('WS', path) !== undefined;
  if (exchange.target === '*' && exchange.method === 'OPTIONS')
    return send(call, 204, identity.slice(), undefined);
  if (methods.length === 0 && !socket) {
    const detail = isKnown
      ? 'This version has no route at this path; another one has.'
      : 'No route has this path.';
    return sendProblem(call, 404, 'not_found', { detail });
  }

  if (!methods.includes('OPTIONS')) methods.push('OPTIONS');
  const allow = methods.join(', ');
  if (exchange.method === 'OPTIONS') {
    const origin = core.cors === undefined ? undefined : exchange.header('origin');
    const wanted =
      origin === undefined ? undefined : exchange.header('access-control-request-method');
    const isAllowed =
      origin !== undefined && wanted !== undefined && core.cors?.allows(origin) === true;
    const allowed = isAllowed
      ? (core.cors?.preflight(allow, declaredHeaders(bundle, wanted, path)) ?? [])
      : [];
    return send(call, 204, [...identity, 'allow', allow, ...allowed], undefined);
  }
  if (socket && exchange.method === 'GET') {
    return sendProblem(call, 426, 'upgrade_required', { detail: 'This route is a WebSocket.' }, [
      'upgrade',
      'websocket',
      'connection',
      'Upgrade',
    ]);
  }
  sendProblem(call, 405, 'method_not_allowed', { detail: `This path takes ${allow}.` }, [
    'allow',
    allow,
  ]);
}

function declaredHeaders(
  bundle: ReleaseBundle,
  method: string,
  path: string | undefined,
): string[] {
  const slot = path === undefined ? undefined : bundle.match(method, path)?.data;
  const route = slot && bundle.contract.routes[bundle.routes.indexOf(slot)];
  return Object.keys(route?.headers?.properties ?? {});
}

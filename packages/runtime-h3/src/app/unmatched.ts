import type { ReleaseBundle } from '../releases/bundle.ts';
import { send } from './answer.ts';
import type { Call } from './call.ts';
import type { Core } from './core.ts';
import { sendProblem } from './fail.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Some method has a route at this path. */
export function isRoute(bundle: ReleaseBundle, path: string): boolean {
  return METHODS.some((method) => bundle.match(method, path) !== undefined) || bundle.match('WS', path) !== undefined;
}

/** Answers what no handler does: OPTIONS and preflights, 404, 405 and 426. */
export function answerUnmatched(call: Call, core: Core, path: string | undefined, origin: string | undefined): void {
  const { bundle, identity } = call.release;
  const { exchange } = call;
  const methods = METHODS.filter((method) => path !== undefined && bundle.match(method, path) !== undefined);
  if (methods.includes('GET') && !methods.includes('HEAD')) methods.push('HEAD');
  const socket = path !== undefined && bundle.match('WS', path) !== undefined;
  if (exchange.target === '*' && exchange.method === 'OPTIONS') return send(call, 204, identity.slice(), undefined);
  if (methods.length === 0 && !socket) return sendProblem(call, 404, 'not_found', { detail: 'No route has this path.' });

  if (!methods.includes('OPTIONS')) methods.push('OPTIONS');
  const allow = methods.join(', ');
  if (exchange.method === 'OPTIONS') {
    const wanted = origin === undefined ? undefined : exchange.header('access-control-request-method');
    const isAllowed = origin !== undefined && wanted !== undefined && core.cors?.allows(origin) === true;
    const allowed = isAllowed ? (core.cors?.preflight(allow, declaredHeaders(bundle, wanted, path)) ?? []) : [];
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
  sendProblem(call, 405, 'method_not_allowed', { detail: `This path takes ${allow}.` }, ['allow', allow]);
}

function declaredHeaders(bundle: ReleaseBundle, method: string, path: string | undefined): string[] {
  const slot = path === undefined ? undefined : bundle.match(method, path)?.data;
  const route = slot && bundle.contract.routes[bundle.routes.indexOf(slot)];
  return Object.keys(route?.headers?.properties ?? {});
}

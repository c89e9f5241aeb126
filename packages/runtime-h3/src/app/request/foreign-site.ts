import type { Exchange } from '../../types/exchange.ts';
import type { AppState } from '../app-state.ts';
import { RequestError } from './request-error.ts';
import { addressedHost } from './forwarded.ts';

type OriginRules = Pick<AppState, 'cors' | 'isTrustedPeer'>;

/**
 * Whether an origin is foreign: it is not the host of the request, and `cors.origins` does not
 * allow it.
 */
export function isForeignOrigin(app: OriginRules, exchange: Exchange, origin: string): boolean {
  if (app.cors?.allows(origin) === true) return false;
  if (!URL.canParse(origin)) return true;
  const { host, protocol } = new URL(origin);
  const own = addressedHost(exchange, app.isTrustedPeer);
  // Both sides are parsed, so that case and a default port make no difference.
  const url = `${protocol}//${own}`;
  return own === undefined || !URL.canParse(url) || new URL(url).host !== host;
}

/**
 * Rejects a request that changes something and that a page of another site can send without a
 * preflight. Browsers send cookies with such a request, and CORS does not apply.
 *
 * @throws {RequestError} 403 for a request that a page of another site sends
 */
export function rejectForeignForm(app: OriginRules, exchange: Exchange): void {
  if (isPreflighted(exchange.sentType) || !isFromForeignPage(app, exchange)) return;
  throw new RequestError(403, 'foreign_origin', {
    detail: 'Pages of this origin are not allowed to send forms here.',
  });
}

/**
 * Types that a page may send without a preflight
 * (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
 */
const SIMPLE_TYPES = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

/**
 * Whether browsers send a preflight before a request with this `Content-Type` to another origin.
 */
function isPreflighted(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  if (contentType === undefined) return false;
  return !SIMPLE_TYPES.has(contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '');
}

/**
 * Decides by `Sec-Fetch-Site`, which scripts can't set, else by `Origin`. A client that sends
 * neither is not a browser.
 */
function isFromForeignPage(app: OriginRules, exchange: Exchange): boolean {
  const site = exchange.header('sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return false;
  const origin = exchange.header('origin');
  if (site !== undefined) return origin === undefined || app.cors?.allows(origin) !== true;
  return origin !== undefined && isForeignOrigin(app, exchange, origin);
}

import type { IncomingMessage } from 'node:http';
import { PanelError } from './problem.ts';

/** Addresses of this machine, also as IPv6 sockets report IPv4 ones. */
const LOOPBACK = /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/;
/** Names that browsers resolve to this machine without DNS. */
const LOOPBACK_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Checks whether a request may read the panel. The address of the socket decides, never a header:
 * a client sets headers as it likes.
 *
 * @param hosts further names under which a browser may reach the panel
 * @throws {PanelError} 403 or 405 when it may not
 */
export function checkAccess(req: IncomingMessage, hosts: readonly string[]): void {
  if (!LOOPBACK.test(req.socket.remoteAddress ?? ''))
    throw new PanelError(403, 'not_loopback', 'The panel responds to this machine only.');
  const name = hostName(req.headers.host);
  if (!LOOPBACK_NAME.test(name) && !hosts.includes(name))
    throw new PanelError(
      403,
      'foreign_host',
      'The panel responds to `localhost` and to names in `server.allowedHosts` only.',
    );
  // Another port of localhost is the same site, so `Origin` and `Sec-Fetch-Site` must be exact.
  const { origin, 'sec-fetch-site': site } = req.headers;
  const isOwn = origin === undefined || isSameOrigin(origin, req.headers.host);
  if (!isOwn || (isSubresource(req) && site !== undefined && site !== 'same-origin'))
    throw new PanelError(403, 'foreign_origin', 'Pages of other origins cannot read the panel.');
  if (req.method !== 'GET' && req.method !== 'HEAD')
    throw new PanelError(405, 'method_not_allowed', 'The panel is read-only.', {
      allow: 'GET, HEAD',
    });
}

/** Whether {@link checkAccess} accepts a request. */
export function mayRead(req: IncomingMessage, hosts: readonly string[]): boolean {
  try {
    checkAccess(req, hosts);
    return true;
  } catch {
    return false;
  }
}

/** Whether another page loads the URL, and no user opens it. */
const isSubresource = ({ headers }: IncomingMessage): boolean =>
  headers['sec-fetch-mode'] !== 'navigate' && headers['sec-fetch-site'] !== 'none';

/** Returns the name in a `Host` header in lower case, or an empty text for a malformed one. */
function hostName(host: string | undefined): string {
  return /^([a-z\d.-]+|\[[\da-f:]+\])(?::\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase() ?? '';
}

const isSameOrigin = (origin: string, host: string | undefined): boolean =>
  origin === `http://${host}` || origin === `https://${host}`;

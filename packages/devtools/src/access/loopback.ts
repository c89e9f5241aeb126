import type { IncomingMessage } from 'node:http';
import { PanelError } from '../http/problem.ts';

/** Addresses of this machine, also as IPv6 sockets report IPv4 ones. */
const LOOPBACK = /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/;
/** Names that browsers resolve to this machine without DNS. */
const LOOPBACK_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Checks that a request comes from this machine. The address of the socket decides, never a header,
 * because a client can send any header.
 *
 * @param hosts further names under which a browser may reach the panel
 * @throws {PanelError} 403 when it does not
 */
export function checkLoopback(req: IncomingMessage, hosts: readonly string[]): void {
  if (!LOOPBACK.test(req.socket.remoteAddress ?? ''))
    throw new PanelError(403, 'not_loopback', 'The panel responds to this machine only.');
  const name = hostName(req.headers.host);
  if (!LOOPBACK_NAME.test(name) && !hosts.includes(name))
    throw new PanelError(
      403,
      'foreign_host',
      'The panel responds to `localhost` and to names in `server.allowedHosts` only.',
    );
}

/** Returns the name in a `Host` header in lower case, or an empty string for a malformed one. */
function hostName(host: string | undefined): string {
  return /^([a-z\d.-]+|\[[\da-f:]+\])(?::\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase() ?? '';
}

/** Whether an origin is that of the `Host` which the request names. */
export const isHostOrigin = (origin: string, { headers: { host } }: IncomingMessage): boolean =>
  origin === `http://${host}` || origin === `https://${host}`;

import type { Exchange } from '../../types/exchange.ts';
import type { TrustedPeer } from './client-ip.ts';
import { isHost } from './host.ts';

type Addressed = Pick<Exchange, 'authority' | 'encrypted' | 'header' | 'peer'>;

/** Whether each URL scheme uses TLS. */
const SCHEMES: Readonly<Record<string, boolean>> = {
  http: false,
  ws: false,
  https: true,
  wss: true,
};

/**
 * Returns the host that the client addressed, with its port: the first `X-Forwarded-Host` of a
 * trusted proxy, else the host of the request. A value that is not a host counts as absent.
 */
export function addressedHost(exchange: Addressed, isTrusted: TrustedPeer): string | undefined {
  const host = forwardedValue(exchange, 'x-forwarded-host', isTrusted);
  return host !== undefined && isHost(host) ? host : exchange.authority;
}

/**
 * Whether the client uses HTTPS: by the first `X-Forwarded-Proto` of a trusted proxy, else by the
 * connection. A value that is not a scheme of HTTP counts as absent.
 */
export function isOverHttps(exchange: Addressed, isTrusted: TrustedPeer): boolean {
  const scheme = forwardedValue(exchange, 'x-forwarded-proto', isTrusted)?.toLowerCase() ?? '';
  return Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] === true : exchange.encrypted;
}

/** Returns the first value of a forwarded header: each further proxy appends its own. */
function forwardedValue(
  exchange: Addressed,
  name: string,
  isTrusted: TrustedPeer,
): string | undefined {
  const values = exchange.header(name);
  if (values === undefined || !isTrusted(exchange.peer)) return undefined;
  const first = values.split(',', 1)[0]?.trim();
  return first === '' ? undefined : first;
}

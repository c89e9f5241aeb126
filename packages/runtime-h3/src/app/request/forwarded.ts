import type { Exchange } from '../../types/exchange.ts';
import type { TrustedPeer } from './client-ip.ts';

type Addressed = Pick<Exchange, 'authority' | 'encrypted' | 'header' | 'peer'>;

/**
 * Returns the host that the client addressed, with its port: the first `X-Forwarded-Host` of a
 * trusted proxy, else the host of the request.
 */
export function addressedHost(exchange: Addressed, isTrusted: TrustedPeer): string | undefined {
  return forwardedValue(exchange, 'x-forwarded-host', isTrusted) ?? exchange.authority;
}

/**
 * Whether the client uses HTTPS: by the first `X-Forwarded-Proto` of a trusted proxy, else by the
 * connection.
 */
export function isOverHttps(exchange: Addressed, isTrusted: TrustedPeer): boolean {
  const protocol = forwardedValue(exchange, 'x-forwarded-proto', isTrusted)?.toLowerCase();
  return protocol === undefined ? exchange.encrypted : protocol === 'https' || protocol === 'wss';
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

import type { IncomingMessage } from 'node:http';
import { isHost } from '../../app/request/host.ts';

/** The last `Host` that was checked: most requests have the same one. */
let validHost: string | undefined;

/**
 * Returns why a head must be rejected, `undefined` if it may be served. Node's parser accepts these,
 * and another server in front could read them as another request.
 */
export function headError(req: IncomingMessage): string | undefined {
  const { host, 'transfer-encoding': coding } = req.headers;
  if (host === undefined) {
    // RFC 9112, section 3.2
    if (req.httpVersion === '1.1') return 'The request has no Host.';
  } else if (host !== validHost) {
    if (!isHost(host)) return 'Host is not a host with an optional port.';
    validHost = host;
  }
  if (hasTwoHosts(req.rawHeaders)) return 'The request has more than one Host.';
  // No other coding is decoded (RFC 9112, section 6.1).
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return 'The only supported Transfer-Encoding is chunked.';
  return undefined;
}

/** `headers` of Node has only the first one. */
function hasTwoHosts(rawHeaders: string[]): boolean {
  let found = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (found) return true;
    found = true;
  }
  return false;
}

import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** Headers of one connection (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];

export type Headers = Record<string, string | string[] | undefined>;

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/**
 * Returns the headers that a proxy passes on.
 *
 * @param own names that only this process may set
 */
export function endToEnd(headers: Headers, own: readonly string[] = []): Headers {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const dropped = new Set([...HOP_BY_HOP, ...named, ...own]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}

/**
 * Returns the headers that frame the body, and the host that the next server checks. A client can't
 * remove them by naming them in `Connection`. Without them, Node writes the body of a GET as if it
 * were a second request.
 */
export function framing(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const { host, 'content-length': length } = headers;
  return {
    ...(host !== undefined && { host }),
    ...(headers['transfer-encoding'] !== undefined
      ? { 'transfer-encoding': 'chunked' }
      : length !== undefined && { 'content-length': length }),
  };
}

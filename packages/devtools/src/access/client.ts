import type { IncomingMessage } from 'node:http';

/** Header that the worker sets when it passes the request on. */
const CLIENT_HEADER = 'x-gati-client';

/** Returns the address of the client that the worker has sent. */
export function clientAddress({ headers }: IncomingMessage): string {
  const text = headers[CLIENT_HEADER]?.toString() ?? '{}';
  return (JSON.parse(text) as { address?: string }).address ?? '';
}

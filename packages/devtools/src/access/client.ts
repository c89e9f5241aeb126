import type { IncomingMessage } from 'node:http';

/** Header that the worker which passed the request has set. */
const CLIENT_HEADER = 'x-gati-client';

/** Returns the address of the client, as the worker knows it. */
export function clientAddress({ headers }: IncomingMessage): string {
  const text = headers[CLIENT_HEADER]?.toString() ?? '{}';
  return (JSON.parse(text) as { address?: string }).address ?? '';
}

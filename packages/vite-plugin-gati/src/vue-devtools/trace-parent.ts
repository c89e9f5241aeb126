import type { CallEvent } from '../client/calls.ts';
import { pageOrigin } from './page.ts';

/**
 * Makes the server continue a trace whose id is known here. Requests to other origins get no header,
 * because it would cause a preflight request (CORS).
 *
 * @returns the id of the trace, or `''` for a call to another origin
 * @see https://www.w3.org/TR/trace-context/
 */
export function startTrace({ call, headers }: CallEvent & { type: 'start' }): string {
  if (new URL(call.url).origin !== pageOrigin()) return '';
  const sent = /^[\da-f]{2}-([\da-f]{32})-/.exec(headers.get('traceparent') ?? '')?.[1];
  if (sent !== undefined) return sent;
  const traceId = randomHex(16);
  headers.set('traceparent', `00-${traceId}-${randomHex(8)}-01`);
  return traceId;
}

const randomHex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

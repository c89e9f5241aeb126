import type { Call } from '../request/call.ts';

/**
 * Logs the part of a route that is late, and names it for the client. In production, clients do not
 * learn its file.
 *
 * @param place where the part is declared: `src/handlers/_guard.ts:3`
 */
export function nameLatePart(
  call: Call,
  part: 'guard' | 'middleware',
  place: string | undefined,
): string {
  call.logger.warn(`a ${part} did not respond in time`, {
    route: call.route,
    [part]: place,
    requestId: call.requestId,
    traceId: call.traceId,
  });
  return place === undefined || call.app.production ? `A ${part}` : `The ${part} of ${place}`;
}

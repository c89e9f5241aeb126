import type { IncomingRequest } from '../request/incoming.ts';

/**
 * Returns whether any release has a WebSocket route at this path. If none has, the handshake is not
 * for the app.
 */
export function isSocketRoute({ app, path }: IncomingRequest): boolean {
  return path !== undefined && app.table.has('WS', path);
}

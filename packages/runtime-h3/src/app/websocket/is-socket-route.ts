import type { IncomingRequest } from '../request/incoming.ts';

/**
 * Returns whether any release has a WebSocket route at this path. Without one, the handshake is not
 * the app's.
 */
export function isSocketRoute({ app, path }: IncomingRequest): boolean {
  return path !== undefined && app.table.has('WS', path);
}

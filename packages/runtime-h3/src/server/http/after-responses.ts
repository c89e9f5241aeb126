import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** `_httpMessage` is the response that a socket is busy with; Node has no public name for it. */
type BusySocket = Duplex & { _httpMessage?: ServerResponse | null };

/** Returns the response that a socket is busy with. */
export function currentResponse(socket: Duplex): ServerResponse | undefined {
  // oxlint-disable-next-line no-underscore-dangle -- Relies on: Node sets it for the response whose turn it is
  return (socket as BusySocket)._httpMessage ?? undefined;
}

/**
 * Calls back once the responses to all complete requests of a connection are sent, so that bytes
 * written to its socket are the next response (RFC 9112, section 9.3.2). Calls back at once when
 * there is none. Never calls back for a socket that ends earlier.
 */
export function afterResponses(socket: Duplex, then: () => void): void {
  const response = currentResponse(socket);
  if (response?.req.complete) response.once('close', () => afterResponses(socket, then));
  else if (!socket.destroyed && socket.writable) then();
}

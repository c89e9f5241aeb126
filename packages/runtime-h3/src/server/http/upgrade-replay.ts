import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { hasBody } from '../../app/adapters/node-exchange.ts';
import { afterResponses } from './after-responses.ts';

/** Node parses at most 2000 headers of a request, and a missing one might announce a body. */
const MAX_HEADERS = 1000;

/**
 * Returns whether a request is a WebSocket handshake. Any other `Upgrade` is ignored (RFC 9110,
 * section 7.8).
 */
export function isWebSocketHandshake({ method, headers, httpVersion }: IncomingMessage): boolean {
  return (
    method === 'GET' && httpVersion === '1.1' && headers.upgrade?.toLowerCase() === 'websocket'
  );
}

/**
 * Returns whether Node should hand over the socket of an `Upgrade`. Node asks from 24.9 on; from 26
 * on it would read the body itself and leave nothing to replay. A socket that is not handed over
 * gets a response as usual, and its connection ends after it, because the parser reads no further
 * request.
 */
export function wantsHandover(req: IncomingMessage): boolean {
  return isWebSocketHandshake(req) || !hasBody(req);
}

/**
 * Parses a request again, without its `Upgrade`. When Node hands over a socket its parser is gone,
 * so the request goes back to the socket, followed by its body and everything after it. Returns
 * `false` if that is impossible.
 */
export function reparseWithoutUpgrade(
  server: Server,
  req: IncomingMessage,
  socket: Socket,
  head: Buffer,
): boolean {
  const { method, url, httpVersion, rawHeaders } = req;
  if (rawHeaders.length > 2 * MAX_HEADERS) return false;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.toLowerCase() !== 'upgrade') text += `${name}: ${rawHeaders[index + 1]}\r\n`;
  }
  const bytes = Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]);
  // Node has removed its listener. An error without a listener would end the process.
  const ignore = (): void => void socket.destroy();
  socket.on('error', ignore);
  afterResponses(socket, () => {
    socket.off('error', ignore);
    // The previous response may have left the timeout of an idle connection.
    socket.setTimeout(0);
    socket.unshift(bytes);
    // HTTPS servers get decrypted sockets through this event.
    server.emit((socket as TLSSocket).encrypted ? 'secureConnection' : 'connection', socket);
  });
  return true;
}

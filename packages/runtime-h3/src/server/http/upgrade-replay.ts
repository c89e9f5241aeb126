import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { hasBody } from '../../app/adapters/node-exchange.ts';

/** Node gives no more fields than 2000 of a request, and one of those that lack might say how long its body is. */
const MAX_HEADERS = 1000;

/** Whether a request asks for what this server may do instead of an answer; anything else it ignores (RFC 9110, section 7.8). */
export function isWebSocketHandshake({ method, headers, httpVersion }: IncomingMessage): boolean {
  return (
    method === 'GET' && httpVersion === '1.1' && headers.upgrade?.toLowerCase() === 'websocket'
  );
}

/**
 * Whether Node is to hand the socket of an `Upgrade` over. It asks from 24.9 on; from 26 on it would read the body itself, so that nothing is left to
 * replay. What is not handed over is answered as any request, and is the last of its connection: the parser reads no other.
 */
export function wantsHandover(req: IncomingMessage): boolean {
  return isWebSocketHandshake(req) || !hasBody(req);
}

/**
 * Where Node handed the socket over for an `Upgrade` that is no handshake, its parser is gone: the request goes back to where it came from,
 * without that field, and is parsed again with its body and all that follows. `false`: it can't.
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
  // Node's own listener is gone, and an error that nobody hears would end the process.
  const ignore = (): void => void socket.destroy();
  socket.on('error', ignore);
  const reparse = (): void => {
    // oxlint-disable-next-line no-underscore-dangle -- Node has no public name for the answer that a socket is about
    const pending = (socket as Socket & { _httpMessage?: NodeJS.EventEmitter | null })._httpMessage;
    if (pending) return void pending.once('close', reparse);
    if (socket.destroyed || !socket.writable) return;
    socket.off('error', ignore);
    // The one that the answer before may have left counts for a connection that waits.
    socket.setTimeout(0);
    socket.unshift(bytes);
    // Where a server of HTTPS takes what is decrypted already.
    server.emit((socket as TLSSocket).encrypted ? 'secureConnection' : 'connection', socket);
  };
  reparse();
  return true;
}

import type { ServerResponse } from 'node:http';

/** From Node 24 on `end` does with one write. */
const endCorks = Number.parseInt(globalThis.process?.versions?.node ?? '', 10) < 24;

/**
 * Ends a response with a short text that is ASCII. Before Node 24, `end` with a body holds the socket back for a second, empty chunk and
 * sends both by `writev`, which costs a tenth of a bare request more than a write that is let go at once.
 */
export function endWithText(res: ServerResponse, text: string): void {
  const { socket } = res;
  // Without a socket it waits for the answer before it, which a client that sends ahead gets first. A stream of HTTP/2 that was cancelled has none.
  if (!endCorks || !socket?.uncork) return void res.end(text, 'latin1');
  res.write(text, 'latin1');
  socket.uncork();
  res.end();
}

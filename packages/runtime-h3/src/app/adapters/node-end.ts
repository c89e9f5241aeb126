import type { ServerResponse } from 'node:http';

/** Before Node 24, `end` with a body needs two writes. */
const endCorks = Number.parseInt(globalThis.process?.versions?.node ?? '', 10) < 24;

/**
 * Ends a response with a short ASCII text.
 *
 * Relies on: before Node 24, `end` with a body corks the socket for a second, empty chunk and sends
 * both by `writev`. An immediate write is faster by a tenth of the time of a bare request.
 */
export function endWithText(res: ServerResponse, text: string): void {
  const { socket } = res;
  // No socket: this is a pipelined response that waits for the previous one, or a cancelled HTTP/2
  // stream.
  if (!endCorks || !socket?.uncork) return void res.end(text, 'latin1');
  res.write(text, 'latin1');
  socket.uncork();
  res.end();
}

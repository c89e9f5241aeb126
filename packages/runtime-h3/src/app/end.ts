import type { ServerResponse } from 'node:http';

/** From Node 24 on `end` does with one write. */
const corks = Number.parseInt(globalThis.process?.versions.node, 10) < 24;

/**
 * Ends a response with a short text; `ascii` if that is all it has. Before Node 24, `end` with a body holds the socket back for a second,
 * empty chunk and sends both by `writev`, which costs a tenth of a bare request more than a write that is let go at once.
 * Head and body are one string, which takes less to encode as Latin-1.
 */
export function endWithText(res: ServerResponse, text: string, ascii: boolean): void {
  const encoding = ascii ? 'latin1' : 'utf8';
  // Without a socket it waits for the answer before it, which a client that sends ahead gets first.
  if (!corks || res.socket === null) return void res.end(text, encoding);
  res.write(text, encoding);
  res.socket.uncork();
  res.end();
}

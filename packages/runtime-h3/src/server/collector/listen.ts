import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { Ingest } from '../../collector/ingest.ts';

/** Listens for the other processes of the server. Only their user can connect. */
export async function listenForTelemetry(path: string, ingest: Ingest): Promise<Server> {
  const server = createServer((socket) => {
    const receive = ingest.connection();
    // Otherwise a character whose bytes arrive in two chunks would be broken.
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => receive(text));
    socket.on('error', () => {});
  });
  // The folder has the mode 0700. The socket gets 0600 in addition.
  const before = process.umask(0o177);
  server.listen(path);
  await once(server, 'listening');
  process.umask(before);
  return server;
}

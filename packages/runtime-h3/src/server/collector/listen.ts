import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Ingest } from '../../collector/ingest.ts';
import type { ArmedTrap } from '../../types/trap.ts';
import type { TrapsMessage } from '../channel/telemetry-link.ts';

/** Bytes for a process that does not read. */
const MOST_UNREAD = 256 * 1024;

export interface TelemetryServer {
  /** Sends the armed traps to all processes. */
  sendTraps(traps: ArmedTrap[]): void;
  close(): void;
}

/** Listens for the other processes of the server. Only their user can connect. */
export async function listenForTelemetry(
  path: string,
  ingest: Ingest,
  armed: () => ArmedTrap[],
): Promise<TelemetryServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const receive = ingest.connection();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.write(printTraps(armed()));
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
  return {
    sendTraps(traps) {
      const line = printTraps(traps);
      for (const socket of sockets)
        // A process that does not read gets them when it connects again.
        if (socket.writableLength > MOST_UNREAD) socket.destroy();
        else socket.write(line);
    },
    close: () => server.close(),
  };
}

const printTraps = (traps: ArmedTrap[]): string =>
  `${JSON.stringify({ gati: 'traps', traps } satisfies TrapsMessage)}\n`;

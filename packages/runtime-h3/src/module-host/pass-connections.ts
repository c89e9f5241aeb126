import type { ChildProcess } from 'node:child_process';
import { createServer, type Socket } from 'node:net';

/** Maximum number of connections that wait until the process takes them. */
const MOST_WAITING = 1024;

/** Socket that passes its connections to a process that may not listen. */
export interface PassedSocket {
  /** Passes each connection over the IPC channel of the process. */
  passTo(child: ChildProcess): void;
  close(): void;
}

/** Listens on a socket in the file system. */
export async function listenForProcess(file: string): Promise<PassedSocket> {
  let child: ChildProcess | undefined;
  let waiting = 0;
  const server = createServer({ pauseOnConnect: true }, (socket: Socket) => {
    socket.on('error', () => {});
    if (!child?.connected || waiting === MOST_WAITING) return void socket.destroy();
    waiting++;
    child.send('connection', socket, (error) => {
      waiting--;
      if (error) socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(file, resolve);
  });
  server.on('error', () => {});
  return {
    passTo: (process) => void (child = process),
    close: () => void server.close(),
  };
}

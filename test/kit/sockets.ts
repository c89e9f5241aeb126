import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How {@link sendRaw} writes and how long it reads. */
export interface SendRawOptions {
  /** Ends the writing side after the last chunk. */
  end?: boolean;
  /** Milliseconds after each chunk; without it, chunks are written at once. */
  gap?: number;
  /** Milliseconds before the connection is closed from this side; 1500 by default. */
  wait?: number;
}

/**
 * Writes bytes to a port on loopback, or to an open socket, without an HTTP client in between.
 * Resolves with everything that came back, as Latin-1 text, when the server closes the connection
 * or `wait` is over. A reset by the server is not an error.
 *
 * @example
 * const text = await sendRaw(port, ['GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n']);
 * expect(text).toMatch(/^HTTP\/1\.1 200 /);
 */
export async function sendRaw(
  to: number | Socket,
  chunks: (string | Uint8Array)[],
  { end = false, gap, wait = 1500 }: SendRawOptions = {},
): Promise<string> {
  const socket = typeof to === 'number' ? connect(to, '127.0.0.1') : to;
  let text = '';
  socket.on('data', (data) => (text += data.toString('latin1')));
  const closed = new Promise<void>((resolve, reject) => {
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
    );
    socket.on('close', () => resolve());
  });
  const timer = setTimeout(() => socket.destroy(), wait);
  try {
    await Promise.all([closed, write(socket, chunks, end, gap)]);
    return text;
  } finally {
    clearTimeout(timer);
  }
}

async function write(
  socket: Socket,
  chunks: (string | Uint8Array)[],
  end: boolean,
  gap: number | undefined,
): Promise<void> {
  if (socket.connecting) await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  for (const chunk of chunks) {
    if (socket.destroyed) return;
    socket.write(chunk);
    if (gap !== undefined) await new Promise((resolve) => setTimeout(resolve, gap));
  }
  if (end) socket.end();
}

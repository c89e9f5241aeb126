import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { WAIT_LIMIT } from './wait.ts';

/**
 * Matches what the server sends when it accepts a WebSocket handshake, for `until` of
 * {@link sendRaw}: that connection stays open. After another response the server closes it.
 */
export const HANDSHAKE_ACCEPTED: RegExp = /^HTTP\/1\.1 101 [^]*?\r\n\r\n/;

/** How {@link sendRaw} writes, and when it stops reading. */
export interface SendRawOptions {
  /** Ends the writing side after the last chunk. */
  end?: boolean;
  /** Milliseconds after each chunk; without it, chunks are written at once. */
  gap?: number;
  /**
   * Closes the connection from this side once it matches what came back, or returns true for it.
   * Without it, the server has to close the connection.
   */
  until?: RegExp | ((text: string) => boolean);
}

/**
 * Writes bytes to a port on loopback, or to an open socket, without an HTTP client in between.
 * Resolves with everything that came back, as Latin-1 text, when the server closes the connection
 * or `until` is met. A reset by the server is not an error.
 *
 * @throws when neither happens within {@link WAIT_LIMIT}; the error contains what came back
 *
 * @example
 * const text = await sendRaw(port, ['GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n']);
 * expect(text).toMatch(/^HTTP\/1\.1 200 /);
 */
export async function sendRaw(
  to: number | Socket,
  chunks: (string | Uint8Array)[],
  { end = false, gap, until }: SendRawOptions = {},
): Promise<string> {
  const socket = typeof to === 'number' ? connect(to, '127.0.0.1') : to;
  const isEnough = typeof until === 'object' ? (got: string) => until.test(got) : until;
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
    if (isEnough?.(text)) socket.destroy();
  });
  const closed = new Promise<void>((resolve, reject) => {
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
    );
    socket.on('close', () => resolve());
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    socket.destroy();
  }, WAIT_LIMIT);
  try {
    await Promise.all([closed, write(socket, chunks, end, gap)]);
  } finally {
    clearTimeout(timer);
  }
  if (isLate) {
    const expected = until ? String(until) : 'the end of the connection';
    throw new Error(`Not within ${WAIT_LIMIT} ms: ${expected}. This came back: ${text}`);
  }
  return text;
}

/**
 * Writes bytes that get no response and then leaves, as soon as `arrived` says that they reached
 * the server.
 *
 * @param arrived resolves when the server has the bytes, such as `until(…)`
 *
 * @example
 * await sendAndLeave(port, [half], () => until('the request arrives', () => app.inflight === 1));
 */
export async function sendAndLeave(
  port: number,
  chunks: (string | Uint8Array)[],
  arrived: () => Promise<unknown>,
): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const closed = once(socket, 'close');
  socket.on('error', () => {});
  for (const chunk of chunks) socket.write(chunk);
  try {
    await arrived();
  } finally {
    socket.destroy();
    await closed;
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

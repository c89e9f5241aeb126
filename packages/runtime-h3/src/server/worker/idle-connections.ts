import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const SWEEP = 1000;

/** How long a connection may be quiet, and is. */
interface Wait {
  /** Sweeps that it may last; 0: for ever. */
  most: number;
  /** Sweeps in which no byte came or went. */
  quiet: number;
  /** What had come and gone by the last sweep; -1: there was none yet. */
  bytes: number;
  /** The last request. */
  message: IncomingMessage | undefined;
}

/**
 * Times out connections that wait for their next request by a look at all of them once a second: Node's HTTP server makes a timer after
 * each answer and takes it back at the next request. A wait ends up to a second late.
 */
export class IdleConnections {
  readonly #waits = new Map<Socket, Wait>();
  readonly #least: number;
  readonly #most: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param timeout what the server sets, in milliseconds; Node may add up to a second (`keepAliveTimeoutBuffer`) */
  constructor(timeout: number) {
    this.#least = timeout;
    this.#most = timeout + 1000;
  }

  /** From here on the timeouts of the HTTP server are kept here; the first one that somebody else sets hands the connection back to Node. */
  watch(socket: Socket): void {
    const wait: Wait = { most: 0, quiet: 0, bytes: -1, message: undefined };
    const native = socket.setTimeout.bind(socket);
    socket.setTimeout = (ms, onTimeout) => {
      if (onTimeout !== undefined || (ms !== 0 && !(ms >= this.#least && ms <= this.#most))) {
        this.#waits.delete(socket);
        socket.setTimeout = native;
        return native(ms, onTimeout);
      }
      wait.most = Math.ceil(ms / SWEEP);
      wait.quiet = 0;
      wait.bytes = -1;
      return socket;
    };
    this.#waits.set(socket, wait);
    socket.once('close', () => this.#waits.delete(socket));
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP).unref();
  }

  /** What a connection is asked. */
  noteRequest(message: IncomingMessage): void {
    const wait = this.#waits.get(message.socket);
    if (wait !== undefined) wait.message = message;
  }

  #sweep(): void {
    for (const [socket, wait] of this.#waits) {
      if (wait.most === 0) continue;
      handBack(wait);
      const bytes = socket.bytesRead + socket.bytesWritten;
      if (bytes !== wait.bytes) {
        wait.bytes = bytes;
        wait.quiet = 0;
      } else if (++wait.quiet === wait.most) socket.emit('timeout');
    }
    if (this.#waits.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Node's parser holds a message until its end is told, which nobody asked for where it was read ahead. */
function handBack(wait: Wait): void {
  const { message } = wait;
  wait.message = undefined;
  if (
    message !== undefined &&
    message.complete &&
    message.readableLength === 0 &&
    !message.readableEnded
  )
    message.resume();
}

import type { Socket } from 'node:net';

const SWEEP = 1000;

/** How long a connection may be quiet, and is. */
interface Wait {
  /** Sweeps that it may last; 0: for ever. */
  most: number;
  /** Sweeps since bytes came. */
  quiet: number;
  /** What had come by the last sweep; -1: there was none yet. */
  bytes: number;
}

/**
 * Times out connections by a look at all of them once a second: Node's HTTP server makes a timer after each answer and takes it
 * back at the next request. A wait ends up to a second late.
 */
export class IdleConnections {
  readonly #waits = new Map<Socket, Wait>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** From here on what is set by `setTimeout` without a listener, as the HTTP server does, is kept here. */
  watch(socket: Socket): void {
    const wait: Wait = { most: 0, quiet: 0, bytes: -1 };
    const native = socket.setTimeout.bind(socket);
    socket.setTimeout = (ms, onTimeout) => {
      if (onTimeout !== undefined) {
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

  #sweep(): void {
    for (const [socket, wait] of this.#waits) {
      if (wait.most === 0) continue;
      const { bytesRead } = socket;
      if (bytesRead !== wait.bytes) {
        wait.bytes = bytesRead;
        wait.quiet = 0;
      } else if (++wait.quiet === wait.most) socket.emit('timeout');
    }
    if (this.#waits.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

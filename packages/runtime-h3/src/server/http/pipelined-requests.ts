import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that wait. */
interface Waiting {
  count: number;
  readonly onResume: () => void;
}

/**
 * Serves the pipelined requests of each connection one after the other. Node would start all requests
 * of a chunk at once, and keep their responses until the client reads. While requests of a connection
 * wait, nothing more is read from it.
 */
export class PipelinedRequests {
  readonly #max: number;
  readonly #onFull: () => void;
  readonly #connections = new WeakMap<Socket, Waiting>();
  /** Waiting requests of all connections. */
  #count = 0;

  /**
   * @param max waiting requests of all connections. Above it a connection ends, and `onFull` is
   * called
   */
  constructor(max: number, onFull: () => void) {
    this.#max = max;
    this.#onFull = onFull;
  }

  /** Calls `serve` once the response has the socket: those to earlier requests are sent then. */
  hold(res: ServerResponse, serve: () => void): void {
    const { socket } = res.req;
    if (this.#count >= this.#max) {
      // A destroyed socket may still be parsed to the end of its chunk.
      if (!socket.destroyed) this.#onFull();
      return void socket.destroy();
    }
    const waiting = this.#connections.get(socket) ?? this.#begin(socket);
    waiting.count++;
    this.#count++;
    socket.pause();
    // Relies on: Node emits `socket` on a server's response when its turn comes.
    res.once('socket', () => {
      waiting.count--;
      this.#count--;
      if (waiting.count === 0) this.#resume(socket);
      // Lets other connections run first, because a chunk may have thousands of requests.
      setImmediate(() => {
        if (!socket.destroyed) serve();
      });
    });
  }

  /** Stops pausing a connection. An upgrade has its socket from now on. */
  release(socket: Socket): void {
    const waiting = this.#connections.get(socket);
    if (waiting === undefined) return;
    this.#connections.delete(socket);
    socket.off('resume', waiting.onResume);
    // The parser stopped to read while a read was pending. Without this, the stream would wait for
    // that read for ever.
    socket.push('');
  }

  #begin(socket: Socket): Waiting {
    // The body of a request resumes the socket when it is read, and so does Node after a `drain`.
    const onResume = (): void => {
      if (waiting.count > 0) socket.pause();
    };
    const waiting: Waiting = { count: 0, onResume };
    this.#connections.set(socket, waiting);
    socket.on('resume', onResume);
    socket.once('close', () => {
      this.#count -= waiting.count;
      waiting.count = 0;
    });
    return waiting;
  }

  #resume(socket: Socket): void {
    if (this.#connections.has(socket)) socket.resume();
  }
}

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds between two sweeps. */
const SWEEP = 1000;

/** State of one connection. */
interface IdleState {
  /** Sweeps without traffic after which the connection times out; 0: never. */
  limit: number;
  /** Sweeps without traffic so far. */
  quiet: number;
  /** Bytes read and written until the last sweep; -1: no sweep yet. */
  bytes: number;
  /** The latest request. */
  message: IncomingMessage | undefined;
}

/**
 * Times out idle keep-alive connections by one sweep over all of them per second. Node's HTTP server
 * would start a timer after each response and clear it at the next request. A connection ends up to
 * a second late.
 */
export class IdleConnections {
  readonly #states = new Map<Socket, IdleState>();
  readonly #min: number;
  readonly #max: number;
  readonly #isCrowded: () => boolean;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param timeout the `keepAliveTimeout` of the server, in milliseconds. Node may add up to a second
   * (`keepAliveTimeoutBuffer`).
   * @param isCrowded there is little room for new connections: idle ones end after one sweep
   */
  constructor(timeout: number, isCrowded: () => boolean) {
    this.#min = timeout;
    this.#max = timeout + 1000;
    this.#isCrowded = isCrowded;
  }

  /**
   * Takes over the keep-alive timeout of a socket. Relies on: Node's HTTP server sets that timeout
   * by `socket.setTimeout`. Any other `setTimeout` call, for example by the app, restores Node's
   * own timer.
   */
  watch(socket: Socket): void {
    const state: IdleState = { limit: 0, quiet: 0, bytes: -1, message: undefined };
    const native = socket.setTimeout.bind(socket);
    socket.setTimeout = (ms, onTimeout) => {
      if (onTimeout !== undefined || (ms !== 0 && !(ms >= this.#min && ms <= this.#max))) {
        this.#states.delete(socket);
        socket.setTimeout = native;
        return native(ms, onTimeout);
      }
      state.limit = Math.ceil(ms / SWEEP);
      state.quiet = 0;
      state.bytes = -1;
      return socket;
    };
    this.#states.set(socket, state);
    socket.once('close', () => this.#states.delete(socket));
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP).unref();
  }

  /** Remembers the request that a connection has now. */
  noteRequest(message: IncomingMessage): void {
    const state = this.#states.get(message.socket);
    if (state !== undefined) state.message = message;
  }

  #sweep(): void {
    const most = this.#isCrowded() ? 1 : Infinity;
    for (const [socket, state] of this.#states) {
      if (state.limit === 0) continue;
      finishReading(state);
      const bytes = socket.bytesRead + socket.bytesWritten;
      if (bytes !== state.bytes) {
        state.bytes = bytes;
        state.quiet = 0;
      } else if (++state.quiet >= Math.min(state.limit, most)) socket.emit('timeout');
    }
    if (this.#states.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/**
 * Lets a request that was drained in advance emit `end`. Node's parser keeps the message until then.
 */
function finishReading(state: IdleState): void {
  const { message } = state;
  state.message = undefined;
  if (
    message !== undefined &&
    message.complete &&
    message.readableLength === 0 &&
    !message.readableEnded
  )
    message.resume();
}

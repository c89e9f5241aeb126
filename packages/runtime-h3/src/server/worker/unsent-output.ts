import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import type { Limits } from '../../types/limits.ts';

/** Milliseconds between two sweeps. */
const SWEEP = 1000;

/** Progress of the system with the output of a connection. */
interface Progress {
  /** Bytes that the system has taken. */
  sent: number;
  /** Number of sweeps in which the system took no bytes. */
  stalled: number;
}

/**
 * Output that waits for clients: ends connections whose clients read nothing, and bounds the bytes
 * in total.
 */
export class UnsentOutput {
  readonly #limits: Pick<Limits, 'unsent' | 'writeTimeout'>;
  readonly #limitCounts: LimitCounts;
  readonly #sockets: ReadonlySet<Socket>;
  /** Connections with output that waits, by their progress. */
  readonly #waiting = new Map<Socket, Progress>();
  /** Bytes of the large response of each connection. It has one at a time. */
  readonly #large = new Map<Socket, number>();
  /** Sum of `#large`. */
  #bytes = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param sockets the open connections */
  constructor(
    sockets: ReadonlySet<Socket>,
    limits: Pick<Limits, 'unsent' | 'writeTimeout'>,
    limitCounts: LimitCounts,
  ) {
    this.#sockets = sockets;
    this.#limits = limits;
    this.#limitCounts = limitCounts;
  }

  /** Starts the timer that checks the connections, if it does not run yet. */
  watch(): void {
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP).unref();
  }

  /**
   * Adds a response until the client has it. Returns `false` if there is no room for it; a response
   * alone may be larger than the limit.
   */
  add(res: ServerResponse, length: number): boolean {
    const { socket } = res;
    if (socket === null) return true;
    if (this.#bytes > 0 && this.#bytes + length > this.#limits.unsent && !this.#makeRoom(length)) {
      this.#limitCounts.report('unsent');
      return false;
    }
    this.#bytes += length;
    this.#large.set(socket, length);
    res.once('close', () => this.#remove(socket));
    return true;
  }

  /** Ends connections whose client reads nothing, the oldest first. */
  #makeRoom(length: number): boolean {
    for (const [socket, { stalled }] of this.#waiting) {
      if (stalled === 0 || !this.#large.has(socket)) continue;
      this.#remove(socket);
      this.#limitCounts.report('unsent');
      socket.destroy();
      if (this.#bytes + length <= this.#limits.unsent) return true;
    }
    return this.#bytes === 0;
  }

  /**
   * Ends connections whose clients read nothing until at least `bytes` are free. Streams and
   * sockets count.
   */
  #endStalled(bytes: number): void {
    let freed = 0;
    for (const [socket, { stalled }] of this.#waiting) {
      if (freed >= bytes) return;
      if (stalled === 0 || socket.destroyed) continue;
      freed += socket.writableLength;
      this.#limitCounts.report('unsent');
      socket.destroy();
    }
  }

  #remove(socket: Socket): void {
    this.#bytes -= this.#large.get(socket) ?? 0;
    this.#large.delete(socket);
  }

  #sweep(): void {
    const most = Math.ceil(this.#limits.writeTimeout / SWEEP);
    for (const socket of this.#waiting.keys())
      if (socket.writableLength === 0 || socket.destroyed) this.#waiting.delete(socket);
    let bytes = 0;
    for (const socket of this.#sockets) {
      if (socket.writableLength === 0) continue;
      bytes += socket.writableLength;
      const sent = bytesSent(socket);
      const progress = this.#waiting.get(socket);
      if (progress === undefined) this.#waiting.set(socket, { sent, stalled: 0 });
      else if (progress.sent !== sent) {
        progress.sent = sent;
        progress.stalled = 0;
      } else if (++progress.stalled >= most) {
        this.#limitCounts.report('writeTimeout');
        socket.destroy();
      }
    }
    // A single response may be larger.
    if (bytes > this.#limits.unsent && this.#waiting.size > 1)
      this.#endStalled(bytes - this.#limits.unsent);
    if (this.#sockets.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Relies on: the handle of a socket counts the bytes given to libuv and those that wait there. */
interface StreamHandle {
  bytesWritten: number;
  writeQueueSize: number;
}

/** Returns the bytes that the system has taken. `bytesWritten` of a socket has those that wait, too. */
function bytesSent(socket: Socket): number {
  // oxlint-disable-next-line no-underscore-dangle -- Node has no public name for the handle
  const handle = (socket as Socket & { _handle?: StreamHandle | null })._handle;
  return handle ? handle.bytesWritten - handle.writeQueueSize : 0;
}

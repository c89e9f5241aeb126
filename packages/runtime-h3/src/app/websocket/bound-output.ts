/** The part of a socket of `ws` through which each frame leaves: messages, publications and pongs. */
interface FrameSocket {
  readonly bufferedAmount: number;
  send(...frame: unknown[]): void;
  ping(...frame: unknown[]): void;
  pong(...frame: unknown[]): void;
  /** Relies on: crossws calls it only from its heartbeat. */
  terminate(): void;
}

/**
 * Bounds the bytes that wait for a peer that does not read. A frame is written while at most `limit`
 * bytes wait, so that a single frame may be larger. Otherwise the frame is dropped, and the first time
 * `onFull` is called.
 */
export function boundOutput(socket: object | undefined, limit: number, onFull: () => void): void {
  if (!isFrameSocket(socket)) return;
  let full = false;
  for (const method of ['send', 'ping', 'pong'] as const) {
    const write = socket[method];
    socket[method] = (...frame) => {
      if (!full && socket.bufferedAmount <= limit) return write.apply(socket, frame);
      if (!full) {
        full = true;
        onFull();
      }
    };
  }
}

/** Calls back when crossws ends a socket whose client did not respond to a ping. */
export function onSilence(socket: object | undefined, callback: () => void): void {
  if (!isFrameSocket(socket)) return;
  const { terminate } = socket;
  socket.terminate = () => {
    callback();
    terminate.call(socket);
  };
}

/** Whether an object is a socket of `ws`. Other platforms bound their queues themselves. */
function isFrameSocket(socket: object | undefined): socket is FrameSocket {
  return socket !== undefined && 'pong' in socket && 'bufferedAmount' in socket;
}

type Write = NodeJS.WriteStream['write'];

/** Bounds what waits for a reader of stdout or stderr. */
export interface BoundedOutput {
  /** Bytes that may wait. Further writes are dropped until the reader has caught up. */
  limit: number;
  /** Called with each write that is dropped. */
  onDrop: () => void;
}

/**
 * Drops writes to a stream of the process while too much waits for its reader: a pipe without a
 * reader would otherwise fill the memory of the process. Once the reader has caught up, a line says
 * how many writes were dropped. Writes to files and terminals are synchronous, so nothing waits for
 * them.
 */
export function boundOutput(stream: NodeJS.WriteStream, limit: number): BoundedOutput {
  const bound: BoundedOutput = { limit, onDrop: () => undefined };
  const write = stream.write as Write;
  let dropped = 0;
  stream.write = ((...args: Parameters<Write>) => {
    // Not a number for a file.
    if (!(stream.writableLength > bound.limit)) return write.apply(stream, args);
    dropped++;
    bound.onDrop();
    const callback = args.at(-1) as unknown;
    if (typeof callback === 'function') process.nextTick(callback as () => void);
    return false;
  }) as Write;
  stream.on('drain', () => {
    if (dropped === 0) return;
    const line = { level: 'warn', msg: 'output was dropped: its reader was too slow', dropped };
    dropped = 0;
    stream.write(`${JSON.stringify({ ...line, pid: process.pid, time: Date.now() })}\n`);
  });
  return bound;
}

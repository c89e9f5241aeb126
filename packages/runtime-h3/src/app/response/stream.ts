import { toEvent } from './server-sent-events.ts';

export interface Stream {
  contentType: string;
  chunks: AsyncIterator<string | Uint8Array>;
}

/** Returns the chunks of a value that can be streamed; `undefined` for any other object. */
export function streamOf(value: object): Stream | undefined {
  if (value instanceof ReadableStream)
    return { contentType: 'application/octet-stream', chunks: toChunks(value.values()) };
  const iterable = value as Partial<AsyncIterable<unknown>> & { pipe?: unknown };
  if (typeof iterable[Symbol.asyncIterator] !== 'function') return undefined;
  const iterator = (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  // A Node stream is an async iterable of bytes, not of events.
  if (typeof iterable.pipe === 'function')
    return { contentType: 'application/octet-stream', chunks: toChunks(iterator) };
  return { contentType: 'text/event-stream', chunks: toEvents(iterator) };
}

/** Passes strings unchanged, and converts bytes to `Uint8Array`. */
function toChunks(source: AsyncIterator<unknown>): AsyncIterator<string | Uint8Array> {
  return mapChunks(source, (value) => {
    if (typeof value === 'string' || value instanceof Uint8Array) return value;
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ArrayBuffer.isView(value))
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    throw new TypeError('A byte stream produced a value that is neither a string nor bytes.');
  });
}

function toEvents(source: AsyncIterator<unknown>): AsyncIterator<string> {
  return mapChunks(source, toEvent);
}

/**
 * Maps each value. `return()` ends the iterator at once, even while the source waits for its next
 * value.
 */
function mapChunks<T>(
  source: AsyncIterator<unknown>,
  change: (value: unknown) => T,
): AsyncIterator<T> {
  let ended = false;
  let end: ((result: IteratorResult<T>) => void) | undefined;
  const DONE: IteratorResult<T> = { done: true, value: undefined };
  return {
    next(): Promise<IteratorResult<T>> {
      if (ended) return Promise.resolve(DONE);
      return new Promise((resolve, reject) => {
        end = resolve;
        const deliver = ({ done, value }: IteratorResult<unknown>): void =>
          resolve(done === true ? DONE : { done: false, value: change(value) });
        source.next().then(deliver).catch(reject);
      });
    },
    async return(): Promise<IteratorResult<T>> {
      ended = true;
      end?.(DONE);
      await source.return?.();
      return DONE;
    },
  };
}

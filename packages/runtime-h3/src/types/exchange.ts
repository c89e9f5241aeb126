export type BodyReadError = 'too_large' | 'aborted';

/** From here on compressing a body gains something. Bytes. */
export const COMPRESSION_THRESHOLD = 1024;

/** Header names and values in turn: `['content-type', 'text/plain', 'vary', 'Origin']`. Names are lower case. */
export type HeaderList = string[];

/** What is sent as bytes. */
export type Payload = string | Uint8Array | undefined;

/**
 * One request and its answer, as the platform has them. The pipeline is written against this alone;
 * `node.ts` and `web.ts` are the two adapters.
 */
export interface Exchange {
  readonly method: string;
  /** Path and query as they came, not decoded. */
  readonly target: string;
  /** `IncomingMessage` or `Request`. Who reads it may go on holding it. */
  readonly raw: unknown;
  /** Address of the other end of the connection; empty where it can't be known. */
  readonly peer: string;
  /** `name` is lower case. Repeated fields are joined by `, `. */
  header(name: string): string | undefined;
  headers(): Record<string, string | undefined>;
  hasBody(): boolean;
  /** The connection ended before the request was whole. Looked at now and then, which is cheaper than a listener a request. */
  readonly gone: boolean;
  /** Calls back with the bytes or with why there are none; not at all if the exchange is `gone`. */
  read(
    limit: number,
    done: (error: BodyReadError | undefined, bytes: Uint8Array | undefined) => void,
  ): void;
  /** `undefined`: not UTF-8. */
  decode(bytes: Uint8Array): string | undefined;
  /** Calls back when the client is gone before the answer was whole. */
  onGone(callback: () => void): void;
  /** `headers` is a flat list of lower-case names and values that the exchange may keep; it adds the length. */
  send(status: number, headers: HeaderList, body: Payload): void;
  /** Sends chunks as they come, as fast as the client takes them. Returns the iterator early when the client is gone. */
  stream(
    status: number,
    headers: HeaderList,
    chunks: AsyncIterator<string | Uint8Array>,
    done: (error?: unknown) => void,
  ): void;
  /** Cuts the connection: what was promised can't be sent. */
  destroy(): void;
}

/** `overloaded`: the bodies of all requests together are over their limit. */
export type BodyReadError = 'too_large' | 'overloaded' | 'aborted';

/** Bytes from which compressing a body pays. */
export const COMPRESSION_THRESHOLD = 1024;

/**
 * Bytes from which the memory for a body is bounded. The system usually accepts smaller bodies at
 * once.
 */
export const LARGE_BODY = 65_536;

/**
 * Header names and values in turn: `['content-type', 'text/plain', 'vary', 'Origin']`. Names are
 * lower case.
 */
export type HeaderList = string[];

/** Headers that many responses have, prepared once. */
export interface SharedHeaders {
  readonly list: HeaderList;
  /** Parts of the head of an earlier response, without the values that differ. */
  head: ReusableHead | undefined;
  /** `performance.now()` of the end of the second in which `head` has the right `Date`. */
  until: number;
}

/** Text of a response head before and after the values of `x-request-id` and `content-length`. */
export interface ReusableHead {
  readonly statusMessage: string;
  readonly start: string;
  readonly end: string;
}

/** Body of a response. */
export type Payload = string | Uint8Array | undefined;

/**
 * One request and its response, independent of the platform. The pipeline uses nothing else of a
 * platform; the folder `app/adapters` has the implementations.
 */
export interface Exchange {
  readonly method: string;
  /** Path and query as they arrived, not decoded. */
  readonly target: string;
  /** `IncomingMessage` or `Request`. Code that reads it may keep it. */
  readonly raw: unknown;
  /** Address of the other end of the connection; empty when unknown. */
  readonly peer: string;
  /** The connection uses TLS. Behind a proxy, the client may use another scheme. */
  readonly encrypted: boolean;
  /** Host that the client addressed, with its port; `undefined` when the request names none. */
  readonly authority: string | undefined;
  /** `Content-Type` as the client sent it. A migration may change the header. */
  readonly sentType: string | undefined;
  /** Returns a header. `name` is lower case. Repeated headers are joined by `, `. */
  header(name: string): string | undefined;
  headers(): Record<string, string | undefined>;
  hasBody(): boolean;
  /**
   * The connection ended before the request was complete. The sweep reads it once a second, which
   * is cheaper than a listener for each request.
   */
  readonly gone: boolean;
  /**
   * Reads the body. `done` gets its bytes or an error. It is not called if the exchange is `gone`.
   */
  read(
    limit: number,
    done: (error: BodyReadError | undefined, bytes: Uint8Array | undefined) => void,
  ): void;
  /** Decodes UTF-8; `undefined` if the bytes are not UTF-8. */
  decode(bytes: Uint8Array): string | undefined;
  /**
   * Reserves memory for a body of {@link LARGE_BODY} or more until the client has received it.
   * `false`: the server has no room.
   */
  takeRoom(bytes: number): boolean;
  /** Calls back if the client leaves, or has left, before the response is complete. */
  onGone(callback: () => void): void;
  /**
   * Sends the response. The exchange may keep `headers`, and adds the length. Returns a promise
   * only if it sends later. The promise resolves to the status that the client gets.
   */
  send(status: number, headers: HeaderList, body: Payload): Promise<number> | undefined;
  /**
   * Sends a text like `send`, at a lower cost. Returns `false` and does nothing if the response is
   * not usual enough. `now` is `performance.now()`.
   */
  sendShared?(
    status: number,
    headers: SharedHeaders,
    requestId: string,
    text: string,
    now: number,
  ): boolean;
  /**
   * Sends chunks as they arrive, as fast as the client accepts them. Returns the iterator early if
   * the client leaves.
   */
  stream(
    status: number,
    headers: HeaderList,
    chunks: AsyncIterator<string | Uint8Array>,
    done: (error?: unknown) => void,
  ): void;
  /** Cuts the connection, because no response can be sent. */
  destroy(): void;
}

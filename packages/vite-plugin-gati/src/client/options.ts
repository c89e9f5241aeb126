/**
 * Options of `createClient`. `CallOptions` override them for one call.
 *
 * @example
 * import { createClient } from 'virtual:gati/client';
 *
 * const client = createClient({
 *   baseUrl: 'https://api.example.com',
 *   headers: async () => ({ authorization: `Bearer ${await readToken()}` }),
 *   timeout: 5000,
 *   retry: { attempts: 5 },
 * });
 */
export interface ClientOptions<Throw extends boolean = boolean> {
  /** Scheme and host of the server, `https://api.example.com`. The default is that of the page. */
  baseUrl?: string;
  /**
   * Version, range or date that is sent as `X-API-Version` with every call. The default is the
   * version that this client was generated for. `false` sends none.
   */
  version?: string | false;
  /** Sent with every call. A function is called for each one. */
  headers?: HeaderValues | (() => HeaderValues | Promise<HeaderValues>);
  credentials?: 'omit' | 'same-origin' | 'include';
  /** Milliseconds for one attempt; no limit by default. For a stream, until it begins. */
  timeout?: number;
  retry?: RetryOptions | false;
  /** Throws a `CallError` for every result that is not ok. */
  throwOnError?: Throw;
  /** Run for each attempt: requests in this order, responses in reverse. */
  interceptors?: Interceptor[];
  /** Replaces the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
  /** Replaces the global `WebSocket`, which Node has from version 22. */
  WebSocket?: new (url: string, protocols?: string | string[]) => WebSocketLike;
}

/** Headers by name. `undefined` sends none. */
export type HeaderValues = Record<string, string | number | boolean | undefined>;

/**
 * Rules for retries. A call is retried after status 408, 429 or 5xx and after a lost connection, if
 * its method is idempotent or it has an idempotency key.
 */
export interface RetryOptions {
  /** Attempts including the first; 3 by default. */
  attempts?: number;
  /** Milliseconds before the second attempt; 200 by default. Doubles each time, with jitter. */
  delay?: number;
  /**
   * Longest pause in milliseconds; 10,000 by default. If the server requests a longer pause, the
   * call is not retried.
   */
  max?: number;
}

/**
 * Sees, and may replace, the request and the response of each attempt.
 *
 * @example
 * const trace: Interceptor = {
 *   request(request) {
 *     request.headers.set('traceparent', currentTrace());
 *   },
 * };
 */
export interface Interceptor {
  /** May return another request. */
  request?(request: Request, call: CallInfo): Request | void | Promise<Request | void>;
  /** May return another response. */
  response?(response: Response, call: CallInfo): Response | void | Promise<Response | void>;
}

/** One attempt of a call, for interceptors and `onCall`. */
export interface CallInfo {
  /** Unique in this page or process, the same for all attempts. */
  readonly id: number;
  /** Route id, `POST /payments/:id/capture`. */
  readonly route: string;
  readonly method: string;
  readonly url: string;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
}

/** Options of every call, in addition to the parts that its route declares. */
export interface CallOptions {
  signal?: AbortSignal;
  /** Milliseconds for one attempt. */
  timeout?: number;
  retry?: RetryOptions | false;
  /** Sent as `Idempotency-Key`. With it, any method is retried. */
  idempotencyKey?: string;
  version?: string | false;
}

/** The option of one call that decides the type of its result. */
export interface Throwing<Throw extends boolean> {
  throwOnError?: Throw;
}

/** A call of any route, untyped. */
export interface CallRequest extends CallOptions, Throwing<boolean> {
  params?: object;
  query?: object;
  headers?: object;
  body?: unknown;
}

/**
 * Forms of fields, by field name, where the value alone does not determine the form. `json`: the
 * field is sent as the JSON of its value. `absent`: `null` is not sent. `*` is the form of all
 * undeclared names.
 */
export type FieldForms = Readonly<Record<string, string>>;

/** Facts about the app that a generated client contains. */
export interface ClientSettings {
  version: string;
  /** Name of the SDK, which is sent with each call. Absent: the client is part of the app. */
  sdk?: string;
  /** `''` or `/api`. */
  base: string;
  /** Routes whose body is always sent as `multipart/form-data`, even without a file. */
  forms?: readonly string[];
  /** Forms of the fields of each route, by part. */
  fields?: Readonly<
    Record<string, Partial<Record<'params' | 'query' | 'headers' | 'body', FieldForms>>>
  >;
  /** Routes that get no credentials, in an app where others require some. */
  open?: readonly string[];
  /** API keys that routes require, without those in cookies, which the browser sends. */
  keys?: readonly { in: string; name: string }[];
}

/** The part of the WebSocket API that the client uses. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  /** `listener` is a function, which DOM and Node type differently. */
  addEventListener(type: string, listener: object): void;
}

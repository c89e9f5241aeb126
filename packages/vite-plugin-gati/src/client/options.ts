export interface ClientOptions<Throw extends boolean = boolean> {
  /** Scheme and host of the server, `https://api.example.com`. By default that of the page. */
  baseUrl?: string;
  /** Sent as `X-API-Version` with every call: a version, a range or a date. By default the one that this client was made for; `false` sends none. */
  version?: string | false;
  /** Sent with every call; a function is asked each time. */
  headers?: HeaderValues | (() => HeaderValues | Promise<HeaderValues>);
  credentials?: 'omit' | 'same-origin' | 'include';
  /** Milliseconds for one attempt; none by default. A stream counts until it begins. */
  timeout?: number;
  retry?: RetryOptions | false;
  /** Every result that is not ok is thrown as a `CallError`. */
  throwOnError?: Throw;
  /** In order for requests, in reverse for responses; for each attempt. */
  interceptors?: Interceptor[];
  /** Instead of the global one. */
  fetch?: (request: Request) => Promise<Response>;
  /** Instead of the global one, which Node has from version 22. */
  WebSocket?: new (url: string, protocols?: string | string[]) => WebSocketLike;
}

export type HeaderValues = Record<string, string | number | boolean | undefined>;

/** Retried are 408, 429, 5xx and lost connections, where the method is idempotent or the call has an idempotency key. */
export interface RetryOptions {
  /** 3 by default, the first one included. */
  attempts?: number;
  /** Milliseconds before the second attempt, doubled for each further one, with jitter; 200 by default. */
  delay?: number;
  /** Longest pause in milliseconds, 10,000 by default. A server that asks for a longer one is not asked again. */
  max?: number;
}

export interface Interceptor {
  /** May give another request. */
  request?(request: Request, call: CallInfo): Request | void | Promise<Request | void>;
  /** May give another response. */
  response?(response: Response, call: CallInfo): Response | void | Promise<Response | void>;
}

export interface CallInfo {
  /** Unique in this page or process. */
  readonly id: number;
  /** Route id, `POST /payments/:id/capture`. */
  readonly route: string;
  readonly method: string;
  readonly url: string;
  /** From 1. */
  readonly attempt: number;
}

/** What every call takes beside what its route declares. */
export interface CallOptions {
  signal?: AbortSignal;
  /** Milliseconds for one attempt. */
  timeout?: number;
  retry?: RetryOptions | false;
  /** Sent as `Idempotency-Key`; with it any method is retried. */
  idempotencyKey?: string;
  version?: string | false;
}

export interface Throwing<Throw extends boolean> {
  throwOnError?: Throw;
}

/** A call as the runtime sees it. */
export interface CallRequest extends CallOptions, Throwing<boolean> {
  params?: object;
  query?: object;
  headers?: object;
  body?: unknown;
}

/** What a generated client knows of its app. */
export interface ClientSettings {
  version: string;
  /** `''` or `/api`. */
  base: string;
  /** Routes whose body travels as `multipart/form-data` also where it has no file. */
  forms?: readonly string[];
}

/** The part of the WebSocket API that is used. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  /** A function; DOM and Node type it each in their own way. */
  addEventListener(type: string, listener: object): void;
}

import type { ReleaseBundle } from '../types/bundle.ts';
import type { GlobalContext, RouteId } from '../types/context.ts';

/** Options of `testApp`. */
export interface TestAppOptions {
  /** The release to run. By default the app's own, which the Vite plugin provides inside Vitest. */
  release?: ReleaseBundle;
  /** Variables for `src/config.ts`, on top of `process.env`. `.env` is not read. */
  env?: Record<string, string | undefined>;
  /**
   * Modules by name that replace those of the app, also foreign ones. A replaced module is not set
   * up.
   *
   * @example
   * const app = await testApp({ modules: { scorer: { score: async () => ({ score: 0.5 }) } } });
   */
  modules?: Partial<GlobalContext['modules']>;
}

/** A running app without a port. `testApp()` creates it. */
export interface TestApp {
  /**
   * Calls a route and reads the whole response; `status` narrows the type of `body`. Typed from the
   * contract, like the generated client. Redirects are not followed.
   *
   * @throws {TypeError} when a path parameter is missing
   * @example
   * const response = await app.call('GET /users/:id', { params: { id: '7' } });
   * if (response.status === 200) expect(response.body.name).toBe('Ada');
   */
  call<const R extends TestRoute>(route: R, ...call: TestArguments<R>): Promise<TestResponseOf<R>>;
  /**
   * Opens a WebSocket to a route, given by its id or its path. Guards, middleware, the contract of
   * the messages and the limits are those of a server. Resolves when the socket is open.
   *
   * @throws {TestHandshakeError} when the app rejects the handshake, with the response
   * @example
   * const chat = await app.socket('/chat/:room', { params: { room: 'lobby' } });
   * chat.send({ text: 'hello' });
   * expect(await chat.next()).toEqual({ text: 'hello' });
   * await chat.close();
   */
  socket<const R extends TestSocketRoute>(
    route: R,
    ...request: TestSocketArguments<R>
  ): Promise<TestSocketOf<R>>;
  /** Sends any `Request`, for example an invalid one that the types of `call` reject. */
  fetch(request: Request): Promise<Response>;
  /** Resolves when all due effects have run, including their retries, which run without a pause. */
  idle(): Promise<void>;
  /**
   * Moves the clock of the schedules forward, and runs the effects that become due on the way, in
   * the order of their times. Resolves to the new time when they have run. The clock starts at the
   * time of `testApp()`; `Date` does not change.
   *
   * @throws {RangeError} when schedules would run more than 10,000 times
   * @example
   * await app.advance(24 * 3_600_000);
   * expect(reports).toHaveLength(1);
   */
  advance(milliseconds: number): Promise<Date>;
  /**
   * Deletes all rows of the database in memory, all keys of the storage and `gctx.state`. Tables
   * stay. Jobs in the queue stay too: wait for them with `idle`.
   *
   * @throws {GatiError} GATI_DATABASE when `GATI_DATABASE` names a database
   * @example
   * afterEach(() => app.reset());
   */
  reset(): Promise<void>;
  /** Waits for open requests, stops effects and disposes modules. */
  close(): Promise<void>;
  /** The global context of the app, for example to enqueue an effect. */
  gctx: GlobalContext;
}

/** Routes of the generated client; `any` while nothing is generated. */
// oxlint-disable-next-line typescript/no-explicit-any -- a correct test must not have errors before the first run
type Routes = GatiClient extends { routes: infer Known } ? Known : any;
/** Ids of the routes that need no input. */
type Plain = GatiClient extends { plain: infer Known } ? Known : never;
type IsAny<Type> = 0 extends 1 & Type ? true : false;

/** Ids of the app's routes, without `WS` routes; any route id while nothing is generated. */
export type TestRoute = IsAny<Routes> extends true ? RouteId : keyof Routes & string;

/**
 * Input of a call: `params`, `query`, `headers` and `body` as the route declares them, and
 * `signal`.
 */
export type TestCall<R extends string = string> = {
  signal?: AbortSignal;
} & (IsAny<Routes> extends true
  ? AnyCall
  : R extends keyof Routes
    ? Routes[R] extends { request: infer Request }
      ? Pick<Request, Extract<keyof Request, 'params' | 'query' | 'headers'>> & TestBody<R, Request>
      : never
    : never);

/** Input of a call while nothing is generated. */
export interface AnyCall {
  params?: Record<string, unknown>;
  /** Numbers, booleans and lists are written as the generated client writes them. */
  query?: Record<string, unknown>;
  headers?: Record<string, unknown>;
  /**
   * Sent as JSON, or as a form if it contains a file or the route accepts only
   * `multipart/form-data`. `FormData`, `URLSearchParams` and bytes are sent as they are.
   */
  body?: unknown;
}

/** A route without a declared body accepts any body: its handler reads `req.rawBody`. */
type TestBody<R extends string, Request> = 'body' extends keyof Request
  ? OrParams<Pick<Request, 'body'>>
  : R extends `${'GET' | 'HEAD'} ${string}`
    ? unknown
    : { body?: unknown };
/** A route that accepts `FormData` accepts `URLSearchParams` too. */
type OrParams<Part> = {
  [Key in keyof Part]: Part[Key] | (FormData extends Part[Key] ? URLSearchParams : never);
};

/** Arguments after the route id: optional if the route needs no input. */
export type TestArguments<R extends string> =
  IsAny<Routes> extends true
    ? [call?: TestCall<R>]
    : R extends Plain
      ? [call?: TestCall<R>]
      : [call: TestCall<R>];

/** Response of `testApp().call`. */
export interface TestResponse<Status extends number = number, Body = unknown> {
  readonly status: Status;
  readonly headers: Headers;
  /**
   * Depends on the content type: a parsed value for JSON, a string for text and events, otherwise a
   * `Uint8Array`. `undefined` if there is no content.
   */
  readonly body: Body;
}

/**
 * Responses of a route, a union by `status`: those of the contract, the problems of the framework,
 * and redirects, which are not followed.
 */
export type TestResponseOf<R extends string> =
  IsAny<Routes> extends true
    ? // oxlint-disable-next-line typescript/no-explicit-any -- as above
      TestResponse<number, any>
    : R extends keyof Routes
      ? Routes[R] extends { result: infer Result }
        ? ResponseOf<Result> | TestResponse<Exclude<Redirect, StatusOf<Result>>, unknown>
        : never
      : never;

type Redirect = 301 | 302 | 303 | 304 | 307 | 308;
type StatusOf<Result> = Result extends { readonly status: infer Status } ? Status : never;
/** Response of a result of the client; a result without headers is a failed connection. */
type ResponseOf<Result> = Result extends {
  readonly headers: Headers;
  readonly status: infer Status extends number;
}
  ? Result extends { readonly ok: true; readonly data: infer Body }
    ? TestResponse<Status, Read<Body>>
    : Result extends { readonly ok: false; readonly error: infer Body }
      ? TestResponse<Status, Read<Body>>
      : never
  : never;
/** Streams and `Blob`s of the client are bytes in a test, and events are text. */
type Read<Body> = unknown extends Body
  ? Body
  : Body extends { getReader: unknown } | { arrayBuffer: () => Promise<ArrayBuffer> }
    ? Uint8Array | undefined
    : Body extends AsyncIterable<unknown>
      ? string
      : Body;

/** An open WebSocket of `testApp().socket`. A loop over it ends when the socket is closed. */
export interface TestSocket<Sent = unknown, Received = unknown> extends AsyncIterable<Received> {
  /** Sends JSON as the generated client does, or bytes as they are. */
  send(message: Sent): void;
  /** Sends any text, for example a message that the types of `send` reject. */
  sendText(text: string): void;
  /**
   * Resolves with the next message, in the order in which the app sent them.
   *
   * @throws {Error} when the socket is closed and all messages are read
   */
  next(): Promise<Received>;
  /** Closes the socket, by default with code 1000. Resolves when it is closed. */
  close(code?: number, reason?: string): Promise<{ code: number; reason: string }>;
  /** Resolves when either side has closed the socket. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** WebSocket routes of the generated client; `any` while nothing is generated. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
type Sockets = GatiClient extends { sockets: infer Known } ? Known : any;
/** Ids of the WebSocket routes that need no input. */
type PlainSocket = GatiClient extends { plainSockets: infer Known } ? Known : never;
type PathOf<Id> = Id extends `WS ${infer Path}` ? Path : never;
type IdOf<R extends string> = R extends `WS ${string}` ? R : `WS ${R}`;

/** Ids (`WS /chat/:room`) and paths (`/chat/:room`) of the app's WebSocket routes. */
export type TestSocketRoute =
  IsAny<Sockets> extends true
    ? `WS ${string}` | `/${string}`
    : (keyof Sockets & string) | PathOf<keyof Sockets>;

/** Input of a handshake: `params` and `query` as the route declares them. */
export type TestSocketCall<R extends string = string> = {
  /** Headers of the handshake, for example credentials. */
  headers?: Record<string, string>;
  /** Subprotocols that the client offers. */
  protocols?: string[];
} & (IsAny<Sockets> extends true
  ? Pick<AnyCall, 'params' | 'query'>
  : IdOf<R> extends keyof Sockets
    ? Sockets[IdOf<R>] extends { request: infer Request }
      ? Pick<Request, Extract<keyof Request, 'params' | 'query'>>
      : never
    : never);

/** Arguments after the route: optional if the route needs no input. */
export type TestSocketArguments<R extends string> =
  IsAny<Sockets> extends true
    ? [request?: TestSocketCall<R>]
    : IdOf<R> extends PlainSocket
      ? [request?: TestSocketCall<R>]
      : [request: TestSocketCall<R>];

/** The socket of a route, with its types of messages. */
export type TestSocketOf<R extends string> =
  IsAny<Sockets> extends true
    ? // oxlint-disable-next-line typescript/no-explicit-any -- as above
      TestSocket<any, any>
    : IdOf<R> extends keyof Sockets
      ? Sockets[IdOf<R>] extends { sent: infer Sent; received: infer Received }
        ? TestSocket<Sent, Received>
        : never
      : never;

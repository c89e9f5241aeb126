import type { RouteId } from './types/context.ts';

/** What the generated client knows of the routes; `any` while nothing is generated. */
// oxlint-disable-next-line typescript/no-explicit-any -- a test that is right must not have errors before the first run
type Routes = GatiClient extends { routes: infer Known } ? Known : any;
/** Routes that need nothing. */
type Plain = GatiClient extends { plain: infer Known } ? Known : never;
type IsAny<Type> = 0 extends 1 & Type ? true : false;

/** The routes of the app; any, while nothing is generated. */
export type TestRoute = IsAny<Routes> extends true ? RouteId : keyof Routes & string;

/** What fills a request, as the contract of the route has it. */
export type TestCall<R extends string = string> = {
  signal?: AbortSignal;
} & (IsAny<Routes> extends true
  ? AnyCall
  : R extends keyof Routes
    ? Routes[R] extends { request: infer Request }
      ? Pick<Request, Extract<keyof Request, 'params' | 'query' | 'headers'>> & TestBody<R, Request>
      : never
    : never);

export interface AnyCall {
  params?: Record<string, unknown>;
  /** Numbers, booleans and lists are written as a client would. */
  query?: Record<string, unknown>;
  headers?: Record<string, unknown>;
  /** Sent as JSON, or as a form where the route takes that alone; `FormData`, `URLSearchParams` and bytes as they are. */
  body?: unknown;
}

/** A route that declares no body takes any: its handler reads `req.rawBody`. */
type TestBody<R extends string, Request> = 'body' extends keyof Request
  ? OrParams<Pick<Request, 'body'>>
  : R extends `${'GET' | 'HEAD'} ${string}`
    ? unknown
    : { body?: unknown };
/** What takes a form takes both kinds. */
type OrParams<Part> = {
  [Key in keyof Part]: Part[Key] | (FormData extends Part[Key] ? URLSearchParams : never);
};

/** Nothing, where the route needs nothing. */
export type TestArguments<R extends string> =
  IsAny<Routes> extends true
    ? [call?: TestCall<R>]
    : R extends Plain
      ? [call?: TestCall<R>]
      : [call: TestCall<R>];

export interface TestAnswer<Status extends number = number, Body = unknown> {
  readonly status: Status;
  readonly headers: Headers;
  /** Parsed where it is JSON, text where it is text (events too), bytes otherwise; `undefined`: there is none. */
  readonly body: Body;
}

/** A union by `status`: what the contract has, the framework's own problems, and redirects, which are not followed. */
export type TestAnswerOf<R extends string> =
  IsAny<Routes> extends true
    ? // oxlint-disable-next-line typescript/no-explicit-any -- as above
      TestAnswer<number, any>
    : R extends keyof Routes
      ? Routes[R] extends { result: infer Result }
        ? Answer<Result> | TestAnswer<Exclude<Redirect, StatusOf<Result>>, unknown>
        : never
      : never;

type Redirect = 301 | 302 | 303 | 304 | 307 | 308;
type StatusOf<Result> = Result extends { readonly status: infer Status } ? Status : never;
/** Of a result of the client: what has no headers is no answer. */
type Answer<Result> = Result extends {
  readonly headers: Headers;
  readonly status: infer Status extends number;
}
  ? Result extends { readonly ok: true; readonly data: infer Body }
    ? TestAnswer<Status, Read<Body>>
    : Result extends { readonly ok: false; readonly error: infer Body }
      ? TestAnswer<Status, Read<Body>>
      : never
  : never;
/** What the client gives as a stream or a `Blob` is bytes here, and events are text. */
type Read<Body> = unknown extends Body
  ? Body
  : Body extends { getReader: unknown } | { arrayBuffer: () => Promise<ArrayBuffer> }
    ? Uint8Array | undefined
    : Body extends AsyncIterable<unknown>
      ? string
      : Body;

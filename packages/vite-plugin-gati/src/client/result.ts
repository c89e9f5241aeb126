/**
 * A response with a 2xx status.
 *
 * @example
 * const result = await client.payments.capture({ params: { id }, body: { amount: 12 } });
 * if (result.ok) console.log(result.data);
 * else if (result.status === 409) console.log('already captured', result.error);
 * else if (result.status === 0) console.log('no connection', result.error.message);
 */
export interface Success<Status extends number, Data, Name extends string = never> {
  readonly ok: true;
  readonly status: Status;
  readonly data: Data;
  readonly headers: ResponseHeaders<Name>;
  readonly response: Response;
}

/**
 * Headers of a response. Editors complete the names that the contract has. A value is `null` if the
 * server did not send the header, or if CORS hides it from a page of another origin.
 */
export interface ResponseHeaders<Name extends string = never> extends Headers {
  get(name: Name | (string & {})): string | null;
}

/** A response with any other status. `error` is its body. */
export interface Failure<Status extends number, Body, Name extends string = never> {
  readonly ok: false;
  readonly status: Status;
  readonly error: Body;
  /**
   * The body as a problem (RFC 9457): as the server sent it, otherwise made from the status and the
   * body. Every failure has one, so one function can show them all.
   */
  readonly problem: Problem;
  readonly headers: ResponseHeaders<Name>;
  readonly response: Response;
}

/** No response, or a response that could not be read. */
export interface NetworkFailure {
  readonly ok: false;
  readonly status: 0;
  readonly error: NetworkError;
  /** The error as a problem. Its status is 0, and its code that of the error. */
  readonly problem: Problem;
  readonly headers: undefined;
  readonly response: undefined;
}

export interface NetworkError {
  /**
   * `network`: there was no connection, or it broke. `bad_response`: the body does not match its
   * content type.
   */
  readonly code: 'network' | 'timeout' | 'aborted' | 'bad_response';
  readonly message: string;
  readonly cause: unknown;
}

/** Problem details of RFC 9457, with the members that the server adds. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** Stable code for programs, for example `validation_failed`. */
  code: string;
  detail?: string;
  /** The parts of the request that do not match the contract. `path` is a JSON Pointer. */
  errors?: {
    in: 'body' | 'query' | 'params' | 'headers';
    path: string;
    message: string;
    rule: string;
  }[];
  /** The available versions, newest first, if the requested one is not served (406, 410). */
  versions?: {
    version: string;
    id: string;
    date: string;
    status: string;
    /** Path of the OpenAPI document. */
    docs?: string;
  }[];
  [member: string]: unknown;
}

export type SuccessStatus = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226;

// prettier-ignore
export type ErrorStatus =
  | 400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415 | 416 | 417 | 418
  | 421 | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451 | 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510 | 511;

/** An error status that the handler does not list: sent by the framework, or by a proxy. */
export type OtherProblem<Listed extends number = never> = Failure<
  Exclude<ErrorStatus, Listed>,
  Problem
>;
/** A success that the contract does not list: a computed status, or the target of a redirect. */
export type OtherSuccess<Listed extends number, Data> = Success<
  Exclude<SuccessStatus, Listed>,
  Data
>;
/** An error that the contract does not list, because the handler computes the status. */
export type OtherFailure<Listed extends number, Body> = Failure<Exclude<ErrorStatus, Listed>, Body>;

export type AnyResult = Success<number, unknown> | Failure<number, unknown> | NetworkFailure;

/** Value that a call resolves to. With `throwOnError`, only results that are ok. */
export type Outcome<Result, Throw extends boolean> = Throw extends true
  ? Extract<Result, { readonly ok: true }>
  : Result;

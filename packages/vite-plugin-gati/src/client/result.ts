/** An answer with a 2xx status. */
export interface Success<Status extends number, Data> {
  readonly ok: true;
  readonly status: Status;
  readonly data: Data;
  readonly headers: Headers;
  readonly response: Response;
}

/** An answer with any other status; `error` is its body. */
export interface Failure<Status extends number, Body> {
  readonly ok: false;
  readonly status: Status;
  readonly error: Body;
  readonly headers: Headers;
  readonly response: Response;
}

/** No answer that could be read. */
export interface NetworkFailure {
  readonly ok: false;
  readonly status: 0;
  readonly error: NetworkError;
  readonly headers: undefined;
  readonly response: undefined;
}

export interface NetworkError {
  /** `network`: no connection, or it broke. `bad_response`: the body is not what its content type says. */
  readonly code: 'network' | 'timeout' | 'aborted' | 'bad_response';
  readonly message: string;
  readonly cause: unknown;
}

/** RFC 9457. Its other members are what the server adds. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** Stable, for programs: `validation_failed`. */
  code: string;
  detail?: string;
  /** What breaks the contract. `path` is a JSON Pointer. */
  errors?: {
    in: 'body' | 'query' | 'params' | 'headers';
    path: string;
    message: string;
    rule: string;
  }[];
  /** Where the answer is about the version that was asked for (406, 410): what there is instead, newest first. */
  versions?: {
    version: string;
    id: string;
    date: string;
    status: string;
    /** Path of its OpenAPI document. */ docs?: string;
  }[];
  [member: string]: unknown;
}

export type SuccessStatus = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226;

// prettier-ignore
export type ErrorStatus =
  | 400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415 | 416 | 417 | 418
  | 421 | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451 | 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510 | 511;

/** What is answered beside what the handler says: by the framework, or on the way. */
export type OtherProblem<Listed extends number = never> = Failure<
  Exclude<ErrorStatus, Listed>,
  Problem
>;
/** What a handler may answer that its contract does not know by status. */
export type OtherSuccess<Listed extends number, Data> = Success<
  Exclude<SuccessStatus, Listed>,
  Data
>;
export type OtherFailure<Listed extends number, Body> = Failure<Exclude<ErrorStatus, Listed>, Body>;

export type AnyResult = Success<number, unknown> | Failure<number, unknown> | NetworkFailure;

/** What a call resolves to: with `throwOnError` the good answers only. */
export type Outcome<Result, Throw extends boolean> = Throw extends true
  ? Extract<Result, { readonly ok: true }>
  : Result;

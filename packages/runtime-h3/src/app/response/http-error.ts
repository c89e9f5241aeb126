const BRAND: unique symbol = Symbol.for('gati.http-error') as never;

/** Options of an {@link HttpError}. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Headers of the response: `{ 'retry-after': '10' }`. They replace those of `res.headers`. */
  headers?: Record<string, string>;
}

/**
 * Error that a handler or a guard throws to respond with `status` and a problem (RFC 9457): `type`, `title`,
 * `status`, `code` and the members of `details`. `code` is for programs and part of the contract.
 * A release may bundle its own copy of this class, so {@link isHttpError} recognises it by a brand.
 *
 * @example
 * throw new HttpError(404, 'user_not_found', { id: req.params.id });
 * @example
 * throw new HttpError(429, 'too_many_requests', undefined, { headers: { 'retry-after': '10' } });
 */
export class HttpError<
  Status extends number = number,
  Details extends Record<string, unknown> = Record<string, unknown>,
  Code extends string = string,
> extends Error {
  /** 400 to 599. Any other status responds 500. */
  readonly status: Status;
  readonly code: Code;
  /** Further members of the problem, visible to the client. */
  readonly details: Details | undefined;
  readonly headers: Record<string, string> | undefined;

  constructor(status: Status, code: Code, details?: Details, options?: HttpErrorOptions) {
    super(`${status} ${code}`, options);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = options?.headers;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether an error is an {@link HttpError} with a status from 400 to 599, by brand and shape. */
export function isHttpError(error: unknown): error is HttpError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  const { status, code } = error as { status?: unknown; code?: unknown };
  return (
    Number.isInteger(status) &&
    (status as number) >= 400 &&
    (status as number) <= 599 &&
    typeof code === 'string'
  );
}

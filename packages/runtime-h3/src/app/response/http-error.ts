const BRAND: unique symbol = Symbol.for('gati.http-error') as never;

/**
 * Thrown to answer with `status` and an RFC 9457 problem: `type title status code`, and the details beside them.
 * `code` is for programs and stays the same; a bundle may carry its own copy of this class, so it is told by its brand.
 */
export class HttpError<
  Status extends number = number,
  Details extends Record<string, unknown> = Record<string, unknown>,
  Code extends string = string,
> extends Error {
  readonly status: Status;
  readonly code: Code;
  readonly details: Details | undefined;

  constructor(status: Status, code: Code, details?: Details, options?: ErrorOptions) {
    super(`${status} ${code}`, options);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.details = details;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** By brand and shape, never by class. A status that is no error is a mistake, not an answer. */
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

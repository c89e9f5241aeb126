/** Codes such as `GATI_STORAGE`, `ECONNREFUSED` and `SQLITE_BUSY`. */
const CODE = /^[A-Z][A-Z\d_]{1,63}$/;
/** Names that a program may give its errors. */
const NAME = /^[\w$.:-]{1,64}$/;

/** Returns the type of an error for `error.type`: its code or the name of its class. */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && CODE.test(code)) return code;
  return typeof name === 'string' && NAME.test(name) ? name : '_OTHER';
}

/** Whether an error only responds to a client: an `HttpError` with a status below 500. */
export function isClientError(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'HttpError') return false;
  const { status } = error as { status?: unknown };
  return typeof status === 'number' && status < 500;
}

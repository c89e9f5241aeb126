const UNAVAILABLE =
  /Stream isn't writeable|Connection is closed|Connection is in|Command timed out|^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNKILLABLE|BUSY)\b/;
const NOT_SENT = /Stream isn't writeable|Connection is closed/;
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|NR_CLOSED)/;

/** The server is unavailable, so that another try may help. */
export function isOutage(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (typeof code === 'string' && NETWORK.test(code)) || UNAVAILABLE.test(String(message));
}

/** The command was not sent. The error does not say why. */
export function isNotSent(error: unknown): boolean {
  return NOT_SENT.test(String(error));
}

/** Whether the server does not have the database of the address. */
export function isNoDatabase(error: unknown): boolean {
  return /DB index|SELECT is not allowed/.test(String(error));
}

/** Whether the server rejects the user or password of the address. */
export function isAuthError(error: unknown): boolean {
  return /\b(WRONGPASS|NOAUTH|NOPERM|invalid password)\b/.test(String(error));
}

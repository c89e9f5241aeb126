/**
 * SQLSTATE: the server starts or stops, has no free connection, ended this session or saw a
 * deadlock.
 */
const OUTAGES = /^(08|57P0|53300|25006|40P01|40001)/;
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;
const ENDED =
  /terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Connection ended/i;

/** The server is unavailable, so that another try may help. */
export function isOutage(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isOutage);
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string'
    ? OUTAGES.test(code) || NETWORK.test(code)
    : ENDED.test(String(message));
}

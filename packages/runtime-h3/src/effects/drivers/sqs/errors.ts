const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;
const AWAY =
  /^(TimeoutError|RequestTimeout|ServiceUnavailable|InternalError|InternalFailure)$|Throttl|TooManyRequests|RequestLimitExceeded/;

export const nameOf = (error: unknown): string => (error as Error).name;

/** Whether trying again may help. */
export function isOutage(error: unknown): boolean {
  const { code, name, $metadata } = error as {
    code?: unknown;
    name?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return (
    (typeof code === 'string' && NETWORK.test(code)) ||
    AWAY.test(String(name)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}

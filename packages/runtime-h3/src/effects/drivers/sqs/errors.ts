const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;
const UNAVAILABLE =
  /^(TimeoutError|RequestTimeout|ServiceUnavailable|InternalError|InternalFailure)$|Throttl|TooManyRequests|RequestLimitExceeded/;

export const nameOf = (error: unknown): string => (error as Error).name;

/** The service is unavailable, so that another try may help. */
export function isOutage(error: unknown): boolean {
  const { code, name, $metadata } = error as {
    code?: unknown;
    name?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return (
    (typeof code === 'string' && NETWORK.test(code)) ||
    UNAVAILABLE.test(String(name)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}

/** gRPC status codes. */
export const CODE = {
  deadline: 4,
  notFound: 5,
  alreadyExists: 6,
  failedPrecondition: 9,
  invalidArgument: 3,
} as const;
/** Deadline exceeded, resource exhausted, aborted, internal, unavailable. */
const OUTAGE_CODES = new Set([4, 8, 10, 13, 14]);
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

export const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** The service is unavailable, so that another try may help. */
export function isOutage(error: unknown): boolean {
  const code = codeOf(error);
  return typeof code === 'number'
    ? OUTAGE_CODES.has(code)
    : typeof code === 'string' && NETWORK.test(code);
}

/** Options of each call: no retries in the SDK, since the caller retries and knows the deadline. */
export const CALL = { timeout: 10_000, retry: null } as const;

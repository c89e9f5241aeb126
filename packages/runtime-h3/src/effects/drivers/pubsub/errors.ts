/** Codes of gRPC. */
export const CODE = {
  deadline: 4,
  notFound: 5,
  alreadyExists: 6,
  failedPrecondition: 9,
  invalidArgument: 3,
} as const;
/** Deadline exceeded, resource exhausted, aborted, internal, unavailable. */
const AWAY = new Set([4, 8, 10, 13, 14]);
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

export const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** Whether trying again may help. */
export function isOutage(error: unknown): boolean {
  const code = codeOf(error);
  return typeof code === 'number' ? AWAY.has(code) : typeof code === 'string' && NETWORK.test(code);
}

/** Of each call: what is away is waited for by whoever calls, who knows for how long. */
export const CALL = { timeout: 10_000, retry: null } as const;

import type { HeaderList } from '../../types/exchange.ts';
import type { LimitName } from '../../types/limits.ts';

/**
 * Error response of the framework itself, before or after the handler. It is thrown and caught
 * inside the pipeline; handlers never see it.
 */
export class RequestError {
  readonly status: number;
  readonly code: string;
  readonly extra: Record<string, unknown> | undefined;
  readonly headers: HeaderList | undefined;
  /** The limit that the request is over. */
  limit: LimitName | undefined = undefined;

  constructor(status: number, code: string, extra?: Record<string, unknown>, headers?: HeaderList) {
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.headers = headers;
  }
}

/** Error of a request that is over a limit. */
export function limitError(limit: LimitName, error: RequestError): RequestError {
  error.limit = limit;
  return error;
}

/** Error for a request that the server has no room for at the moment. */
export function overloadedError(limit: LimitName, detail: string): RequestError {
  return limitError(limit, new RequestError(503, 'overloaded', { detail }, ['retry-after', '1']));
}

import type { HeaderList } from '../../types/exchange.ts';

/**
 * Error response of the framework itself, before or after the handler. It is thrown and caught
 * inside the pipeline; handlers never see it.
 */
export class RequestError {
  readonly status: number;
  readonly code: string;
  readonly extra: Record<string, unknown> | undefined;
  readonly headers: HeaderList | undefined;

  constructor(status: number, code: string, extra?: Record<string, unknown>, headers?: HeaderList) {
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.headers = headers;
  }
}

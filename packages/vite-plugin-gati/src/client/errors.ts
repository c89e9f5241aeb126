import type { AnyResult } from './result.ts';

/** Thrown with `throwOnError` for every result that is not ok. Matched by `code`. */
export class CallError extends Error {
  readonly code = 'GATI_CALL_FAILED';
  /** Route id. */
  readonly route: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly result: Exclude<AnyResult, { ok: true }>;

  constructor(route: string, result: Exclude<AnyResult, { ok: true }>) {
    const reason =
      result.response === undefined
        ? result.error.message
        : `${result.status} ${result.response.statusText}`.trim();
    super(
      `GATI_CALL_FAILED: ${route}: ${reason}`,
      result.response === undefined ? { cause: result.error.cause } : undefined,
    );
    this.name = 'CallError';
    this.route = route;
    this.status = result.status;
    this.result = result;
  }
}

/** A call that can't be made as it was written. Matched by `code`. */
export class ClientError extends Error {
  readonly code: 'GATI_CLIENT_BASE_URL' | 'GATI_CLIENT_PARAM' | 'GATI_CLIENT_SOCKET';

  constructor(code: ClientError['code'], message: string, fix: string) {
    super(`${code}: ${message}\n  fix: ${fix}`);
    this.name = 'ClientError';
    this.code = code;
  }
}

/** A WebSocket that did not come about, or that broke. Matched by `code`. */
export class ConnectionError extends Error {
  readonly code = 'GATI_CLIENT_CLOSED';
  /** Of the WebSocket: 1006 where there was no connection, or it was lost; else what the server says. */
  readonly closeCode: number;
  readonly reason: string;

  constructor(url: string, wasOpen: boolean, closeCode: number, reason: string) {
    const what = wasOpen
      ? `The connection to ${url} was closed`
      : `No connection to ${url} came about`;
    super(`GATI_CLIENT_CLOSED: ${what}: ${`${closeCode} ${reason}`.trimEnd()}`);
    this.name = 'ConnectionError';
    this.closeCode = closeCode;
    this.reason = reason;
  }
}

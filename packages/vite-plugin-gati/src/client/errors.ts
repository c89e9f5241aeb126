import type { AnyResult, Problem } from './result.ts';

/**
 * Thrown for every result that is not ok if `throwOnError` is set. Match it by `code`.
 *
 * @example
 * try {
 *   await client.payments.capture({ params: { id }, throwOnError: true });
 * } catch (error) {
 *   if (error instanceof CallError && error.status === 409) showConflict(error.result.error);
 * }
 */
export class CallError extends Error {
  readonly code = 'GATI_CALL_FAILED';
  /** Route id, for example `GET /users/:id`. */
  readonly route: string;
  /** Status of the response; 0 if there was none. */
  readonly status: number;
  readonly result: Exclude<AnyResult, { ok: true }>;
  /** The failure as problem details (RFC 9457). */
  readonly problem: Problem;

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
    this.problem = result.problem;
  }
}

/** Thrown for a call that can't be sent: no server, an invalid parameter, no WebSocket. */
export class ClientError extends Error {
  readonly code: 'GATI_CLIENT_BASE_URL' | 'GATI_CLIENT_PARAM' | 'GATI_CLIENT_SOCKET';

  constructor(code: ClientError['code'], message: string, fix: string) {
    super(`${code}: ${message}\n  fix: ${fix}`);
    this.name = 'ClientError';
    this.code = code;
  }
}

/** The error of a WebSocket that could not be opened or that broke. Match it by `code`. */
export class ConnectionError extends Error {
  readonly code = 'GATI_CLIENT_CLOSED';
  /**
   * Close code of the WebSocket: 1006 if the connection could not be opened or was lost, else the
   * code that the server sent.
   */
  readonly closeCode: number;
  readonly reason: string;

  constructor(url: string, wasOpen: boolean, closeCode: number, reason: string) {
    const what = wasOpen ? 'was closed' : 'could not be opened';
    super(
      `GATI_CLIENT_CLOSED: The connection to ${url} ${what}: ${`${closeCode} ${reason}`.trimEnd()}`,
    );
    this.name = 'ConnectionError';
    this.closeCode = closeCode;
    this.reason = reason;
  }
}

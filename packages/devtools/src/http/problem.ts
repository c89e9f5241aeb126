import type { IncomingMessage, ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE, STATUS_TITLES } from '@gati/contract/internal';
import { API_HEADERS } from './headers.ts';

/** An error response of the panel. */
export class PanelError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.name = 'PanelError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Returns the code of an error response. */
export const codeOf = (error: unknown): string =>
  error instanceof PanelError ? error.code : 'internal';

/** Responds with problem details (RFC 9457). The cause of an unexpected error stays in the process. */
export function respondProblem(req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const { status, code, message, headers } =
    error instanceof PanelError
      ? error
      : new PanelError(500, 'internal', 'The panel could not read the telemetry.');
  const title = STATUS_TITLES[status];
  const body = JSON.stringify({ type: 'about:blank', title, status, code, detail: message });
  res.writeHead(status, {
    ...API_HEADERS,
    ...headers,
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}

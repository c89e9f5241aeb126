import type { TestResponse } from './test-types.ts';

/** A handshake that the app rejected. It has the response: `status`, `headers` and `body`. */
export class TestHandshakeError extends Error implements TestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;

  constructor({ status, headers, body }: TestResponse) {
    super(`The app rejected the WebSocket with status ${status}.`);
    this.name = 'TestHandshakeError';
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

const API = '/_control/api/';
/**
 * Key under which a tab stores the token of a login in development. Pages on other ports of
 * localhost can't read it.
 */
const TOKEN = 'gati-panel-token';

/** An error response of the API. */
export class ResponseError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

let reportLogin = (): void => {};

/** Calls a function when the server requires a login for a page. */
export const onLoginRequired = (report: () => void): void => void (reportLogin = report);

export const keepToken = (token: string): void => sessionStorage.setItem(TOKEN, token);

/** @throws {ResponseError} when the response is an error */
export async function fetchJson<Data>(path: string, signal?: AbortSignal): Promise<Data> {
  return readJson(await fetch(API + path, { headers: credentials(), signal: signal ?? null }));
}

/**
 * Sends a request that changes something.
 *
 * @throws {ResponseError} when the response is an error
 */
export async function postJson<Data>(path: string, body: unknown): Promise<Data> {
  const response = await post(path, body);
  if (response.status === 204) return undefined as Data;
  return readJson(response);
}

/**
 * Sends a request whose response is a stream.
 *
 * @throws {ResponseError} when the response is an error
 */
export async function postStream(
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<ReadableStream<BufferSource>> {
  const response = await post(path, body, signal);
  if (!response.ok || !response.body) return readJson(response);
  return response.body as ReadableStream<BufferSource>;
}

function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers = { ...credentials(), 'content-type': 'application/json', 'x-gati-panel': '1' };
  return fetch(API + path, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
}

function credentials(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

async function readJson<Data>(response: Response): Promise<Data> {
  if (response.ok) return (await response.json()) as Data;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  const { status } = response;
  if (problem.code === 'login_required') reportLogin();
  throw new ResponseError(status, problem.code ?? String(status), problem.detail ?? '');
}

import { GatiError } from '@gati/contract';
import { redactUrls } from '@gati/contract/internal';
import { usageError } from '../../command/usage-error.ts';

/** Milliseconds for one request. */
const TIMEOUT = 30_000;
/** Maximum number of characters of one response. */
const MAX_RESPONSE = 64 * 1024 ** 2;
const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export interface PanelOptions {
  /** Address of the server: `https://shop.example`. */
  url: string;
  /** Token of the panel's page Access. Development needs none on this machine. */
  token?: string | undefined;
  fetch?: typeof globalThis.fetch;
}

/** Requests to the panel of a running server, `/_control/api`. */
export interface PanelClient {
  /** Resolves to `undefined` for 404. */
  find<Body>(path: string, query?: object): Promise<Body | undefined>;
  /** @throws {GatiError} GATI_PANEL_UNREADABLE when the panel can't be read */
  get<Body>(path: string, query?: object): Promise<Body>;
  /**
   * Runs an action. Resolves to `undefined` for 404.
   *
   * @throws {GatiError} GATI_PANEL_UNREADABLE with the reason when it fails
   */
  act<Result>(name: string, input: object, reason?: string): Promise<Result | undefined>;
  /** Creates a GATI_PANEL_UNREADABLE. */
  error(reason: string): GatiError;
}

/** @throws {GatiError} GATI_USAGE when the address can't be used */
export function openPanelClient(options: PanelOptions): PanelClient {
  const origin = readOrigin(options.url, options.token);
  const find = async <Body>(path: string, query: object = {}): Promise<Body | undefined> => {
    const address = new URL(`/_control/api/${path}`, origin);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) address.searchParams.set(name, String(value));
    return request<Body>(address, options);
  };
  return {
    find,
    async get<Body>(path: string, query?: object): Promise<Body> {
      const body = await find<Body>(path, query);
      if (body === undefined) throw panelError(origin, 'it has no panel');
      return body;
    },
    async act<Result>(name: string, input: object, reason?: string): Promise<Result | undefined> {
      const address = new URL(`/_control/api/actions/${name}`, origin);
      const body = await request<{ result: Result }>(address, options, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-gati-panel': '1' },
        body: JSON.stringify({ input, ...(reason && { reason }) }),
      });
      return body?.result;
    },
    error: (reason) => panelError(origin, reason),
  };
}

function readOrigin(text: string, token: string | undefined): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw usageError(
      `\`--url=${redactUrls(text)}\` can't be used`,
      'Write the address of a server, such as https://shop.example.',
    );
  // Machines between the client and the server could read the token.
  if (token && url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    throw usageError(
      `GATI_TOKEN would be sent to ${url.host} without encryption`,
      'Use an https:// address.',
    );
  return url.origin;
}

/** Returns the body, or `undefined` for 404. */
async function request<Body>(
  address: URL,
  { token, fetch = globalThis.fetch }: PanelOptions,
  init: RequestInit = {},
): Promise<Body | undefined> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      ...init,
      headers: {
        accept: 'application/json',
        ...init.headers,
        ...(token && { authorization: `Bearer ${token}` }),
      },
      // A redirect could send the token to another server.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    text = await readText(response);
  } catch (error) {
    const { message, cause } = error as Error;
    throw panelError(address.origin, cause instanceof Error ? cause.message : message);
  }
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/.test(
    response.headers.get('content-type') ?? '',
  );
  if (!isJson) throw panelError(address.origin, 'it has no panel');
  const body = parse(text);
  if (response.ok && body !== undefined) return body as Body;
  if (response.status === 404) return undefined;
  const { detail } = (body ?? {}) as { detail?: unknown };
  const reason = typeof detail === 'string' ? `: ${detail.slice(0, 300).replace(/\.$/, '')}` : '';
  throw panelError(address.origin, `it responds ${response.status}${reason}`, response.status);
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_RESPONSE) throw new Error('the response is too long');
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function panelError(origin: string, reason: string, status?: number): GatiError {
  return new GatiError({
    code: 'GATI_PANEL_UNREADABLE',
    message: `The panel of ${origin} can't be read: ${reason}.`,
    fix:
      status === 401 || status === 403
        ? 'Set GATI_TOKEN to a token from the page Access of the panel.'
        : 'Check that the server runs, that `--url` is its address, and that GATI_PANEL is not `off`.',
  });
}

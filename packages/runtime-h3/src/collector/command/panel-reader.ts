import { GatiError } from '@gati/contract';
import { redactUrls } from '@gati/contract/internal';
import { usageError } from '../../command/usage-error.ts';
import type { Trap } from '../../types/trap.ts';
import type { TelemetryReader } from './reader.ts';
import type { RouteSummary } from './summarize.ts';

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

/**
 * Reads telemetry from, and arms traps through, the panel of a running server, `/_control/api`.
 *
 * @throws {GatiError} GATI_USAGE when the address can't be used
 */
export function openPanelReader({
  url,
  token,
  fetch = globalThis.fetch,
}: PanelOptions): TelemetryReader {
  const origin = readOrigin(url, token);
  const get = async <Body>(path: string, query: object = {}): Promise<Body | undefined> => {
    const address = new URL(`/_control/api/${path}`, origin);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) address.searchParams.set(name, String(value));
    return request<Body>(address, token, fetch);
  };
  const act = async <Result>(action: string, input: object): Promise<Result | undefined> => {
    const address = new URL(`/_control/api/actions/${action}`, origin);
    const body = JSON.stringify({ input });
    return (await request<{ result: Result }>(address, token, fetch, body))?.result;
  };
  const list = async <Body>(path: string, query: object): Promise<Body> => {
    const body = await get<Body>(path, query);
    if (body === undefined) throw panelError(origin, 'it has no panel');
    return body;
  };
  return {
    traces: (query) => list('traces', query),
    trace: (id) => get(`traces/${id}`),
    logs: (query) => list('logs', query),
    errors: (query) => list('errors', query),
    async routes(query) {
      const { routes } = await list<{ routes: PanelRoute[] }>('metrics', query);
      return routes.map(toSummary);
    },
    traps: {
      list: async () => (await list<{ traps: Trap[] }>('traps', {})).traps,
      get: (id) => get(`traps/${id}`),
      async add({ where, limit, within }) {
        const added = await act<Trap>('traps.add', { where, limit, minutes: within / 60_000 });
        if (added === undefined) throw panelError(origin, 'it records nothing');
        return added;
      },
      remove: async (id) => (await act('traps.remove', { id })) !== undefined,
    },
    close: () => {},
  };
}

interface PanelRoute {
  method: string;
  route: string;
  version: string;
  count: number;
  failed: number;
  p50?: number;
  p95?: number;
  p99?: number;
}

function toSummary(route: PanelRoute): RouteSummary {
  const { method, version, count, failed, p50 = 0, p95 = 0, p99 = 0 } = route;
  return { method, route: route.route, version, count, errors: failed, p50, p95, p99 };
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

/**
 * Returns the body, or `undefined` for 404.
 *
 * @param json body of an action
 */
async function request<Body>(
  address: URL,
  token: string | undefined,
  fetch: typeof globalThis.fetch,
  json?: string,
): Promise<Body | undefined> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      headers: {
        accept: 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json', 'x-gati-panel': '1' }),
      },
      ...(json !== undefined && { method: 'POST', body: json }),
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
  const reason = typeof detail === 'string' ? `: ${detail.slice(0, 300)}` : '';
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

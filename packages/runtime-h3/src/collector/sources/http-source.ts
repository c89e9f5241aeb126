import { readBytes } from '../../data/read-bytes.ts';
import { splitCredentials } from '../../command/split-credentials.ts';

/** Milliseconds for one request. */
const TIMEOUT = 5000;
/** Maximum bytes of a response. */
const MAX_RESPONSE = 16 * 1024 ** 2;
/**
 * Milliseconds without requests to a server after it failed, so that pages need not wait for it.
 */
const PAUSE = 10_000;
/** Maximum number of requests at the same time. */
const MAX_REQUESTS = 4;

/** A server with an HTTP API that pages read telemetry from. */
export interface HttpSource {
  readonly name: string;
  /**
   * Sends a GET, and returns the member `data` of the response.
   *
   * @param path fixed by the caller; all that comes from a user is in `params`
   * @throws {SourceError} when there is no valid response
   */
  get(path: string, params: Record<string, string>): Promise<unknown>;
}

/** Why a server gave no data. The message is for the page, so it names no address. */
export class SourceError extends Error {}

export interface HttpSourceOptions {
  name: string;
  /** Base of the API. May contain a name and a password. */
  url: string;
  fetch?: typeof globalThis.fetch;
  /** Returns monotonic milliseconds. */
  now?: () => number;
}

export function createHttpSource(options: HttpSourceOptions): HttpSource {
  const { name, fetch = globalThis.fetch, now = () => performance.now() } = options;
  const { url, headers } = splitCredentials(options.url);
  const base = `${url.origin}${url.pathname.replace(/\/$/, '')}`;
  let running = 0;
  let failed: { until: number; reason: string } | undefined;

  async function request(path: string, params: Record<string, string>): Promise<unknown> {
    const response = await fetch(`${base}${path}?${new URLSearchParams(params)}`, {
      headers: { accept: 'application/json', ...headers },
      // A redirect could send the credentials to another server.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (!response.ok) {
      await response.body?.cancel();
      const error = new SourceError(`it responded with ${response.status}`);
      // The query is at fault, not the server.
      if (response.status === 400 || response.status === 422) throw error;
      throw Object.assign(error, { isDown: true });
    }
    const body = (await readJson(response)) as { status?: unknown; data?: unknown } | null;
    if (body?.status !== 'success') throw new SourceError('its response is not of its API');
    return body.data;
  }

  return {
    name,
    async get(path, params) {
      if (failed && now() < failed.until) throw new SourceError(failed.reason);
      if (running >= MAX_REQUESTS) throw new SourceError('too many requests to it are running');
      running++;
      try {
        const data = await request(path, params);
        failed = undefined;
        return data;
      } catch (error) {
        const isKnown = error instanceof SourceError;
        const reason = isKnown ? error.message : printFailure(error);
        if (!isKnown || 'isDown' in error) failed = { until: now() + PAUSE, reason };
        throw new SourceError(reason);
      } finally {
        running--;
      }
    },
  };
}

async function readJson(response: Response): Promise<unknown> {
  const tooLarge = (): Error => new SourceError('its response is too long');
  const body = response.body
    ? (await readBytes(response.body, MAX_RESPONSE, tooLarge)).toString()
    : '';
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new SourceError('its response is not JSON');
  }
}

function printFailure(error: unknown): string {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return `it did not respond within ${TIMEOUT / 1000} s`;
  const { code } = (cause ?? {}) as { code?: unknown };
  return `it can't be reached${typeof code === 'string' ? ` (${code})` : ''}`;
}

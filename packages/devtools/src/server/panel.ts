import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { TelemetrySource } from '@gati/runtime-h3/telemetry';
import { checkAccess, mayRead } from './access.ts';
import type { AppFacts } from './app-facts.ts';
import { type Assets, createAssets } from './assets.ts';
import type { Endpoint, ReadContext } from './endpoint.ts';
import { ENDPOINTS } from './endpoints/all.ts';
import { API_HEADERS } from './headers.ts';
import { createLogTails, type LogTails } from './log-tail.ts';
import { PanelError, respondProblem } from './problem.ts';

/** The path of the panel. */
export const PANEL_PATH = '/_control';

/** Options of {@link createPanel}. */
export interface PanelOptions {
  /** Telemetry that the pages show. */
  source: TelemetrySource;
  /** The app at the time of a request. */
  app: () => AppFacts | Promise<AppFacts>;
  /** Names besides `localhost` under which a browser may reach the panel. None by default. */
  hosts?: readonly string[];
  /** Returns epoch milliseconds; `Date.now` by default. */
  now?: () => number;
  /** Folder of the built pages. By default that of the package. */
  folder?: string;
}

/** The panel of one app. */
export interface Panel {
  /**
   * Responds to a request below `/_control`. Returns `false` for any other path, and then leaves the
   * response untouched.
   *
   * @param url path and query, as the client sent them
   */
  handle(req: IncomingMessage, res: ServerResponse, url: string): boolean;
  /** Whether the client of a request may see the pages, and they are built. */
  isVisibleTo(req: IncomingMessage): boolean;
  /** Ends the open event streams. */
  close(): void;
}

/**
 * Creates the panel: pages and read API of a running app. It is read-only and responds on loopback
 * only.
 *
 * @example
 * const panel = createPanel({ source: store, app: () => facts });
 * createServer((req, res) => panel.handle(req, res, req.url ?? '') || respond(req, res));
 */
export function createPanel(options: PanelOptions): Panel {
  const {
    source,
    hosts = [],
    now = Date.now,
    folder = fileURLToPath(new URL('./app', import.meta.url)),
  } = options;
  const assets = createAssets(folder);
  const tails = createLogTails(source, now);
  const context = async (): Promise<ReadContext> => ({
    source,
    app: await options.app(),
    now: now(),
  });
  return {
    handle(req, res, url) {
      const path = url.split(/[?#]/, 1)[0]!;
      if (path !== PANEL_PATH && !path.startsWith(`${PANEL_PATH}/`)) return false;
      const search = /\?([^#]*)/.exec(url)?.[1] ?? '';
      respond({ req, res, path, search }, { hosts, assets, tails, context }).catch(
        (error: unknown) => {
          if (res.headersSent) res.destroy();
          else respondProblem(req, res, error);
        },
      );
      return true;
    },
    isVisibleTo: (req) => assets.exist && mayRead(req, hosts),
    close: () => tails.close(),
  };
}

interface PanelRequest {
  req: IncomingMessage;
  res: ServerResponse;
  path: string;
  /** Without the `?`. */
  search: string;
}

interface PanelParts {
  hosts: readonly string[];
  assets: Assets;
  tails: LogTails;
  context(): Promise<ReadContext>;
}

/**
 * Characters of a path that has one meaning: no escapes, no empty, `.` or `..` segments, no other
 * separators. Paths with anything else lead nowhere.
 */
const PLAIN_PATH = /^(?:\/[\w:*~@+-][\w:*.~@+-]*)*\/?$/;

async function respond({ req, res, path, search }: PanelRequest, parts: PanelParts): Promise<void> {
  checkAccess(req, parts.hosts);
  if (path === PANEL_PATH) {
    res.writeHead(308, { ...API_HEADERS, location: `${PANEL_PATH}/`, 'content-length': 0 }).end();
    return;
  }
  const subpath = path.slice(PANEL_PATH.length + 1);
  if (!PLAIN_PATH.test(`/${subpath}`))
    throw new PanelError(404, 'not_found', 'The panel has no such path.');
  if (subpath.startsWith('assets/')) parts.assets.file(req, res, subpath.slice('assets/'.length));
  else if (subpath === 'api/logs/tail') parts.tails.open(req, res, search);
  else if (subpath.startsWith('api/'))
    await respondJson({ req, res, path: subpath.slice('api/'.length), search }, parts);
  else parts.assets.page(req, res, subpath);
}

async function respondJson(
  { req, res, path, search }: PanelRequest,
  parts: PanelParts,
): Promise<void> {
  const [endpoint, id] = findEndpoint(path);
  const value = await endpoint.read(await parts.context(), search, id);
  const body = JSON.stringify(value);
  res.writeHead(200, {
    ...API_HEADERS,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** @throws {PanelError} 404 when there is none */
function findEndpoint(path: string): [Endpoint, id: string] {
  const exact = ENDPOINTS.find((endpoint) => endpoint.path === path);
  if (exact) return [exact, ''];
  const [, parent, id] = /^(.+)\/([^/]+)$/.exec(path) ?? [];
  const nested = ENDPOINTS.find((endpoint) => endpoint.path === `${parent}/:id`);
  if (!nested || id === undefined)
    throw new PanelError(404, 'not_found', 'The read API has no such path.');
  return [nested, id];
}

import type { AddressInfo } from 'node:net';
import {
  createServer,
  type HotPayload,
  type InlineConfig,
  type Plugin,
  type ViteDevServer,
} from 'vite';
import { createContext, type ProjectParts } from '../../src/context.ts';
import type { GatiOptions } from '../../src/index.ts';
import { createPlugins } from '../../src/plugins/create-plugins.ts';
import { createDeclaredAnalyzer } from './declared-analyzer.ts';

export interface DevApp {
  server: ViteDevServer;
  url: string;
  /** Messages that Vite sent to its client in a page. */
  sent: HotPayload[];
  /** Lines that Vite logged. */
  log: string[];
  close(): Promise<void>;
}

/** Starts a real Vite server on a free port. */
export async function startDev(
  root: string,
  {
    options,
    parts = { createAnalyzer: createDeclaredAnalyzer },
    more = [],
    config = {},
  }: {
    options?: GatiOptions;
    parts?: ProjectParts;
    /** Plugins beside those of Gati; `config.plugins` replaces all. */
    more?: Plugin[];
    config?: InlineConfig;
  } = {},
): Promise<DevApp> {
  const sent: HotPayload[] = [];
  const log: string[] = [];
  const note = (text: string): void => void log.push(text);
  const logger = {
    info: note,
    warn: note,
    warnOnce: note,
    error: note,
    clearScreen: () => {},
    hasErrorLogged: () => false,
    hasWarned: false,
  };
  const plugins = createPlugins(createContext(options, parts));
  const server = await createServer({
    root,
    // The default is in the packages of the workspace, which tests at the same time share.
    cacheDir: `${root}/.vite`,
    configFile: false,
    customLogger: logger,
    plugins: [plugins, more],
    ...config,
    server: { port: 0, host: '127.0.0.1', ...config.server },
  });
  const { hot } = server.environments.client;
  const send = hot.send.bind(hot) as (...args: unknown[]) => void;
  hot.send = (...args: unknown[]) => {
    if (typeof args[0] === 'object') sent.push(args[0] as HotPayload);
    send(...args);
  };
  await server.listen();
  const { port } = server.httpServer!.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, sent, log, close: () => server.close() };
}

export interface Answer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
  body: any;
  headers: Headers;
}

/** Sends one request. `json` is the body, as JSON. Parses a JSON response. */
export async function ask(
  dev: DevApp,
  path: string,
  { json, ...init }: RequestInit & { json?: unknown } = {},
): Promise<Answer> {
  const body = json === undefined ? init.body : JSON.stringify(json);
  const headers = {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(init.headers as Record<string, string>),
  };
  const response = await fetch(dev.url + path, {
    ...init,
    ...(json === undefined ? {} : { method: init.method ?? 'POST' }),
    body,
    headers,
  });
  const text = await response.text();
  const isJson = text !== '' && response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    body: isJson ? JSON.parse(text) : text,
    headers: response.headers,
  };
}

import { createServer } from 'node:http';
import type { Defs } from '@gati/contract';
import { listen } from '@gati/test-kit/ports';
import { afterEach } from 'vitest';
import { type App, type AppOptions, createApp, onlyRelease } from '../../src/app/index.ts';
import type { ReleaseBundle } from '../../src/types/bundle.ts';
import { bundle, context, type TestRoute } from './bundle.ts';

/** An app with one way to call it. */
export interface Target {
  app: App;
  call(path: string, init?: RequestInit): Promise<Response>;
  /** Messages that the app logged, with level and fields. */
  logged: Record<string, unknown>[];
  /** 0 without a socket. */
  port: number;
  close(): Promise<void>;
}

type Options = Partial<AppOptions>;

function toApp(
  release: ReleaseBundle,
  options: Options,
): { app: App; logged: Record<string, unknown>[] } {
  const logged: Record<string, unknown>[] = [];
  const app = createApp({
    releases: () => onlyRelease(release),
    context: (bundle) => context(bundle, logged),
    mode: 'production',
    logger: context(release, logged).logger,
    ...options,
  });
  return { app, logged };
}

/** Serves the app on Node's HTTP server, on a free port. */
export async function overNode(release: ReleaseBundle, options: Options = {}): Promise<Target> {
  const { app, logged } = toApp(release, options);
  const server = createServer((req, res) => app.handleNodeRequest(req, res));
  server.on('upgrade', (req, socket, head) => {
    if (!app.handleNodeUpgrade(req, socket, head)) socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  });
  const port = await listen(server);
  return {
    app,
    logged,
    port,
    call: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    close: async () => {
      await app.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Calls the app by `fetch`, without a socket. */
export async function overWeb(release: ReleaseBundle, options: Options = {}): Promise<Target> {
  const { app, logged } = toApp(release, options);
  return {
    app,
    logged,
    port: 0,
    call: async (path, init) => app.fetch(new Request(`http://localhost${path}`, init)),
    close: () => app.close(),
  };
}

type OpenTarget = (release: ReleaseBundle, options?: Options) => Promise<Target>;

/** Both ways to call an app, for `describe.each`. */
export const adapters: [string, OpenTarget][] = [
  ['node', overNode],
  ['web', overWeb],
];

/** The target of the current test: of the last `open()` or `start()`. */
export interface CurrentTarget extends Pick<Target, 'app' | 'call' | 'logged'> {
  open: OpenTarget;
  /** Opens a release with these routes. */
  start(routes: Record<string, TestRoute>, options?: Options, $defs?: Defs): Promise<Target>;
  /** Sends a body, by default as JSON. */
  post(path: string, body: string | FormData, headers?: Record<string, string>): Promise<Response>;
}

/** Opens targets by one adapter and closes each after its test. */
export function useTarget(openTarget: OpenTarget): CurrentTarget {
  let target: Target;
  afterEach(() => target.close());
  const open: OpenTarget = async (release, options) =>
    (target = await openTarget(release, options));
  return {
    open,
    start: (routes, options, $defs) => open(bundle(routes, $defs), options),
    get app() {
      return target.app;
    },
    get logged() {
      return target.logged;
    },
    call: (path, init) => target.call(path, init),
    post: (path, body, headers = { 'content-type': 'application/json' }) =>
      target.call(path, { method: 'POST', headers, body }),
  };
}

/** Reads a response into one object, so that one assertion compares all of it. */
export async function read(response: Response): Promise<{
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The text as JSON, if it is JSON. */
  body: unknown;
}> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

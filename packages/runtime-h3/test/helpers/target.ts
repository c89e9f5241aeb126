import { createServer } from 'node:http';
import { listen } from '@gati/test-kit/ports';
import { type App, type AppOptions, createApp, onlyRelease } from '../../src/app/index.ts';
import type { ReleaseBundle } from '../../src/types/bundle.ts';
import { context } from './bundle.ts';

export interface Target {
  app: App;
  call(path: string, init?: RequestInit): Promise<Response>;
  /** What the app logged. */
  logged: Record<string, unknown>[];
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

/** A real server on a free port. */
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

/** The same without a socket. */
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

export const adapters: [string, (release: ReleaseBundle, options?: Options) => Promise<Target>][] =
  [
    ['node', overNode],
    ['web', overWeb],
  ];

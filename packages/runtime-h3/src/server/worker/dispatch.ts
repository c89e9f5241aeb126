import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '../../app/options.ts';
import { belowBase, normalizeBase } from '../../app/request/path.ts';
import { EVERY_RESPONSE, PAGE_VARY, toPairs } from '../../app/response/headers.ts';
import type { ReleaseClients } from '../../releases/manager/release-client.ts';
import type { ServeClient } from '../http/client-server.ts';
import type { Probes } from '../http/probes.ts';
import { wantsPage } from '../http/wants-page.ts';

export interface DispatchOptions {
  app: App;
  probes: Probes;
  /** Prepares the response of a client file. The app prepares its own responses. */
  prepare(res: ServerResponse): void;
  /** Folder of the client files in the server's own build. */
  client: URL | string | undefined;
  /** Client files by release. Absent: only the server's own build has any. */
  clients?: ReleaseClients | undefined;
  /** Path below which the client files are served. */
  clientBase?: string | undefined;
  assetsDir?: string | undefined;
  base: string | undefined;
  onError(error: unknown): void;
}

/**
 * Sends each request to the probes, the app's routes or the client files, which share one origin.
 */
export function createDispatcher({
  app,
  probes,
  prepare,
  client,
  clients,
  clientBase,
  assetsDir,
  base,
  onError,
}: DispatchOptions): (req: IncomingMessage, res: ServerResponse) => void {
  if (!hasClient(client)) {
    return (req, res) => {
      if (!probes(req, res)) app.handleNodeRequest(req, res);
    };
  }
  // Loaded late: most processes serve API calls long before their first page, if any.
  let serveClient: ServeClient | undefined;
  const serve = async (
    req: IncomingMessage,
    res: ServerResponse,
    paths: string[],
    vary?: string,
  ): Promise<void> => {
    prepare(res);
    try {
      serveClient ??= (await import('../http/client-server.ts')).createClientServer({
        client,
        clients,
        assetsDir,
      });
      if (await serveClient(req, res, paths, vary)) return;
      app.handleNodeRequest(req, res);
    } catch (error) {
      onError(error);
      res.destroy();
    }
  };
  const below = normalizeBase(clientBase);
  const serveOther = (req: IncomingMessage, res: ServerResponse, path: string): void => {
    const file = belowBase(path, below);
    if (file !== undefined) return void serve(req, res, [file]);
    if (path !== '/' && path !== '/index.html') return app.handleNodeRequest(req, res);
    // As Vite does in development.
    prepare(res);
    for (const [name, value] of toPairs(EVERY_RESPONSE)) res.setHeader(name, value);
    res.writeHead(302, { location: `${below}/${req.url!.slice(path.length)}` }).end();
  };
  return (req, res) => {
    if (probes(req, res)) return;
    const path = toPath(req.url!);
    if (wantsPage(req, base, below))
      void serve(req, res, [belowBase(path, below) ?? path, '/index.html'], PAGE_VARY);
    else if (req.method === 'GET' || req.method === 'HEAD')
      app.handleNodeRequest(req, res, () => serveOther(req, res, path));
    else app.handleNodeRequest(req, res);
  };
}

/** Whether a folder of client files exists. */
export function hasClient(client: URL | string | undefined): client is URL | string {
  return client !== undefined && existsSync(client);
}

function toPath(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

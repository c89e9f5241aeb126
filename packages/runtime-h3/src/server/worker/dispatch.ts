import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '../../app/options.ts';
import { type ClientFiles, createClientFiles } from '../http/client-files.ts';
import type { Probes } from '../http/probes.ts';
import { wantsPage } from '../http/wants-page.ts';

export interface DispatchOptions {
  app: App;
  probes: Probes;
  /** Prepares the response of a client file. The app prepares its own responses. */
  prepare(res: ServerResponse): void;
  /** Folder of the client files. */
  client: URL | string | undefined;
  base: string | undefined;
  onError(error: unknown): void;
}

/** Sends each request to the probes, the app's routes or the client files, which share one origin. */
export function createDispatcher({
  app,
  probes,
  prepare,
  client,
  base,
  onError,
}: DispatchOptions): (req: IncomingMessage, res: ServerResponse) => void {
  if (client === undefined) {
    return (req, res) => {
      if (!probes(req, res)) app.handleNodeRequest(req, res);
    };
  }
  // Loaded late: most processes serve API calls long before their first page, if any.
  let files: Promise<ClientFiles> | undefined;
  const serve = async (
    req: IncomingMessage,
    res: ServerResponse,
    ...paths: string[]
  ): Promise<void> => {
    prepare(res);
    try {
      files ??= createClientFiles(client);
      const served = await files;
      for (const path of paths) if (await served.serve(req, res, path)) return;
      app.handleNodeRequest(req, res);
    } catch (error) {
      onError(error);
      res.destroy();
    }
  };
  return (req, res) => {
    if (probes(req, res)) return;
    const path = toPath(req.url!);
    if (wantsPage(req, base)) void serve(req, res, path, '/index.html');
    else if (req.method === 'GET' || req.method === 'HEAD')
      app.handleNodeRequest(req, res, () => void serve(req, res, path));
    else app.handleNodeRequest(req, res);
  };
}

function toPath(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ReleaseClients } from '../../releases/manager/release-client.ts';
import { type ClientFiles, createClientFiles, createHashedTest } from './client-files.ts';

export interface ClientServerOptions {
  /** Folder of the client files in the server's own build. */
  client: URL | string;
  /** Client files by release. Absent: only the server's own build has any. */
  clients?: ReleaseClients | undefined;
  assetsDir?: string | undefined;
}

/** Serves the first of the paths that names a file. Returns `false` if none does. */
export type ServeClient = (
  req: IncomingMessage,
  res: ServerResponse,
  paths: string[],
  vary?: string,
) => Promise<boolean>;

/**
 * Serves the client files of the current release, also after an activation or a rollback. Hashed
 * files of other releases stay reachable, because pages that are open in browsers load them later.
 */
export function createClientServer({
  client,
  clients,
  assetsDir,
}: ClientServerOptions): ServeClient {
  const isHashed = createHashedTest(assetsDir);
  const byFolder = new Map<URL | string, Promise<ClientFiles>>();
  const filesIn = (folder: URL | string): Promise<ClientFiles> => {
    const files = byFolder.get(folder) ?? createClientFiles(folder, isHashed);
    byFolder.set(folder, files);
    return files;
  };
  return async (req, res, paths, vary) => {
    const serveFrom = async (folder: URL | string | undefined, path: string): Promise<boolean> =>
      folder !== undefined && (await filesIn(folder)).serve(req, res, path, vary);
    const current = clients === undefined ? client : clients.current();
    for (const path of paths) {
      if (await serveFrom(current, path)) return true;
      if (clients && isHashed(path) && (await serveFrom(await clients.find(path), path)))
        return true;
    }
    return false;
  };
}

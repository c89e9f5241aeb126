import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ReleaseStore, StoredRelease } from '../../ports.ts';
import { CLIENT_FOLDER } from '../store/file-names.ts';
import { materializeClient } from '../store/materialize.ts';
import { once } from './once.ts';

/** The client files of one release. */
export interface ReleaseClient {
  /** Whether the release has a file at this path, `/assets/main-1a2b3c4d.js`. Reads no content. */
  has(path: string): boolean;
  /** Returns the folder of the files, and fetches them first if needed. */
  folder(): Promise<string>;
}

/** The client files of all releases, as the HTTP server needs them. */
export interface ReleaseClients {
  /** Folder of the current release's client; `undefined` if it has none. */
  current(): string | undefined;
  /** Returns the folder of another release that has a file at this path. */
  find(path: string): Promise<string | undefined>;
}

/** Returns the client in a folder on disk; `undefined` if there is none. */
export function clientInFolder(folder: string | undefined): ReleaseClient | undefined {
  if (folder === undefined || !existsSync(folder)) return undefined;
  return {
    has: (path) => !path.includes('..') && existsSync(join(folder, path)),
    folder: () => Promise.resolve(folder),
  };
}

/** Returns the client of a release in a store; `undefined` if it has none. */
export function clientInStore(
  store: ReleaseStore,
  release: StoredRelease,
  cache: () => Promise<string>,
): ReleaseClient | undefined {
  const files = new Set(release.files.map(({ path }) => path));
  if (!files.has(`${CLIENT_FOLDER}index.html`)) return undefined;
  return {
    has: (path) => files.has(CLIENT_FOLDER + path.slice(1)),
    folder: once(async () => materializeClient(store, release, join(await cache(), release.id))),
  };
}

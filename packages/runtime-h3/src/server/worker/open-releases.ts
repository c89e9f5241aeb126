import { existsSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onlyRelease } from '../../app/versions/only-release.ts';
import { limitToServedRoutes } from '../../releases/manager/release-rules.ts';
import { DOCUMENT_FILE, MANIFEST_FILE } from '../../releases/store/file-names.ts';
import type { ServedRelease } from '../../types/served-release.ts';
import type { OpenedReleases, OpenReleasesOptions } from './release-source.ts';

/**
 * Opens all releases that this process serves: the server's own build, the releases that it
 * bundles, and those of the store. Throws when the server's own build can't serve.
 */
export async function openReleases(options: OpenReleasesOptions): Promise<OpenedReleases> {
  const folder = options.folder === undefined ? undefined : toPath(options.folder);
  const hasFolder = folder !== undefined && existsSync(folder);
  const inDist = (file: string): string => join(folder!, '../..', file);
  // An unreadable file counts as missing: no request needs its content.
  const hasManifest = folder !== undefined && existsSync(inDist(MANIFEST_FILE));
  const date = hasManifest ? Math.floor(statSync(inDist(MANIFEST_FILE)).mtimeMs) : 0;
  const document =
    hasManifest && existsSync(inDist(DOCUMENT_FILE))
      ? unchangedReader(inDist(DOCUMENT_FILE))
      : undefined;
  // Most servers have one release. They do not load the code for several.
  if (!options.store && !hasFolder) return openOwn(options, new Date(date).toISOString(), document);
  const { openManyReleases } = await import('./open-many-releases.ts');
  return openManyReleases({
    ...options,
    folder: hasFolder ? folder : undefined,
    client: options.client && toPath(options.client),
    date,
    document,
  });
}

async function openOwn(
  { own, rules }: OpenReleasesOptions,
  date: string,
  document: ServedRelease['document'],
): Promise<OpenedReleases> {
  const served = limitToServedRoutes(own, rules.servesRoute);
  const releases = onlyRelease(served, document);
  const context = await rules.createContext(served, date);
  return {
    source: {
      releases: () => releases,
      context: () => Promise.resolve(context.gctx),
      current: () => Promise.resolve(context),
      currentVersion: own.version,
      async migratePayload(effect, payload, from) {
        if (own.migrations === undefined) return undefined;
        const { migratePayload } = await import('../../releases/migrate/migrate-payload.ts');
        return migratePayload(own.migrations, own.version, { effect, payload, from });
      },
    },
    close: (within) => context.dispose(within),
  };
}

/**
 * Returns a function that reads a file, and resolves to `undefined` once another build has replaced
 * it.
 */
function unchangedReader(file: string): () => Promise<string | undefined> {
  const before = statSync(file);
  return async () => {
    const now = await stat(file);
    const isSame = now.mtimeMs === before.mtimeMs && now.size === before.size;
    return isSame ? readFile(file, 'utf8') : undefined;
  };
}

function toPath(folder: URL | string): string {
  return (typeof folder === 'string' ? folder : fileURLToPath(folder)).replace(/[\\/]$/, '');
}

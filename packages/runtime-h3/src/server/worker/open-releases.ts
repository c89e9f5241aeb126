import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServedRelease } from '../../types/served-release.ts';
import { onlyRelease } from '../../app/versions/only-release.ts';
import { limitToServedRoutes } from '../../releases/manager/release-rules.ts';
import { DOCUMENT_FILE, MANIFEST_FILE } from '../../releases/store/file-names.ts';
import type { OpenedReleases, OpenReleasesOptions } from './release-source.ts';

/** All that this server serves: its own build, what that took along, and what the store says. Throws where the own build can't serve. */
export async function openReleases(options: OpenReleasesOptions): Promise<OpenedReleases> {
  const folder = options.folder === undefined ? undefined : toPath(options.folder);
  const hasFolder = folder !== undefined && existsSync(folder);
  const at = (file: string): string => join(folder!, '../..', file);
  // Also where it can't be reached, for example for want of a permission: nothing that a request needs stands in it.
  const hasManifest = folder !== undefined && existsSync(at(MANIFEST_FILE));
  const date = hasManifest ? Math.floor(statSync(at(MANIFEST_FILE)).mtimeMs) : 0;
  const document =
    hasManifest && existsSync(at(DOCUMENT_FILE))
      ? () => readFile(at(DOCUMENT_FILE), 'utf8')
      : undefined;
  // Most servers are one release; what more than one needs is not loaded then.
  if (!options.store && !hasFolder) return openOwn(options, new Date(date).toISOString(), document);
  const { openManyReleases } = await import('./open-many-releases.ts');
  return openManyReleases({ ...options, folder: hasFolder ? folder : undefined, date, document });
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

function toPath(folder: URL | string): string {
  return (typeof folder === 'string' ? folder : fileURLToPath(folder)).replace(/[\\/]$/, '');
}

import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { onlyRelease } from '../app/served.ts';
import { restrict } from '../releases/host/rules.ts';
import type { Releases, ReleasesOptions } from './serving.ts';

/** All that this server serves: its own build, what that took along, and what the store says. Throws where the own build can't serve. */
export async function openReleases(options: ReleasesOptions): Promise<Releases> {
  const folder = options.folder === undefined ? undefined : toPath(options.folder);
  const hasFolder = folder !== undefined && (await isThere(folder));
  const built = folder === undefined ? undefined : await stat(`${folder}/../../gati.manifest.json`).catch(() => undefined);
  const date = Math.floor(built?.mtimeMs ?? 0);
  // Most servers are one release; what more than one needs is not loaded then.
  if (!options.store && !hasFolder) return openOwn(options, new Date(date).toISOString());
  const { openMany } = await import('./many-releases.ts');
  return openMany({ ...options, folder: hasFolder ? folder : undefined, date });
}

async function openOwn({ own, rules }: ReleasesOptions, date: string): Promise<Releases> {
  const served = restrict(own, rules.serves);
  const context = await rules.createContext(served, date);
  return {
    host: {
      releases: () => onlyRelease(served),
      context: () => Promise.resolve(context.gctx),
      current: () => Promise.resolve(context),
      currentVersion: own.version,
      async migratePayload(effect, payload, from) {
        if (own.migrations === undefined) return undefined;
        const { migratePayload } = await import('../releases/migrate/payload.ts');
        return migratePayload(own.migrations, own.version, { effect, payload, from });
      },
    },
    close: (within) => context.dispose(within),
  };
}

function toPath(folder: URL | string): string {
  return (typeof folder === 'string' ? folder : fileURLToPath(folder)).replace(/[\\/]$/, '');
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

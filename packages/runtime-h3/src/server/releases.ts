import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Context } from '../context/global.ts';
import type { Logger } from '../context/types.ts';
import type { ReleaseBundle } from '../releases/bundle.ts';
import { ReleaseHost } from '../releases/host/host.ts';
import { ReleaseInstance } from '../releases/host/instance.ts';
import type { KnownRelease } from '../releases/host/known.ts';
import { type ReleaseRules, restrict } from '../releases/host/rules.ts';

export interface ReleasesOptions {
  own: ReleaseBundle;
  rules: ReleaseRules;
  /** `dist/server/releases` */
  folder: URL | string | undefined;
  /** `GATI_RELEASES` */
  store: string | undefined;
  /** `GATI_CACHE` */
  cache: string | undefined;
  usage(bundle: ReleaseBundle): { open: number; idle: number };
  onCrowded(): void;
  logger: Logger;
  /** Milliseconds after which an older release that nobody uses is closed. */
  unused?: number | undefined;
}

export interface Releases {
  host: ReleaseHost;
  /** Of the own build. */
  context: Context;
  /** Milliseconds that modules and effects have to end. */
  close(within: number): Promise<void>;
}

/** All that this server serves: its own build, what that took along, and what the store says. Throws where the own build can't serve. */
export async function openReleases(options: ReleasesOptions): Promise<Releases> {
  const { own, rules, store: url, cache, usage, onCrowded, logger, unused } = options;
  const folder = options.folder === undefined ? undefined : toPath(options.folder);
  const carried = await readCarried(folder, rules);
  const date = await ownDate(folder, carried.releases);
  const instance = new ReleaseInstance({
    load: () => Promise.resolve(restrict(own, rules.serves)),
    createContext: (bundle) => rules.createContext(bundle, date),
  });
  const [context, served] = await Promise.all([instance.context(), instance.bundle()]);
  const { version, id } = own;
  const route: KnownRelease['route'] = (method, path) => served.match(method, path)?.data;
  const host = new ReleaseHost({ own: { version, id, date, route, instance }, usage, onCrowded, logger, unused });
  if (carried.releases.length > 0) await host.update({ ...carried, current: undefined });
  if (!url) return { host, context, close: (within) => host.dispose(within) };

  const [{ openReleaseStore }, { StoreFollower }] = await Promise.all([
    import('../releases/store/open.ts'),
    import('../releases/host/follow-store.ts'),
  ]);
  const store = await openReleaseStore(url);
  const follower = new StoreFollower({ host, store, rules, carried, cache, ownVersion: version, ownId: id, logger });
  await follower.start();
  return {
    host,
    context,
    async close(within) {
      await Promise.all([follower.close(), host.dispose(within)]);
    },
  };
}

type Carried = Pick<Parameters<ReleaseHost['update']>[0], 'marks'> & { releases: KnownRelease[] };

/** Most builds take none along, and then nothing is loaded that would read them. */
async function readCarried(folder: string | undefined, rules: ReleaseRules): Promise<Carried> {
  if (folder === undefined || !(await isThere(folder))) return { releases: [], marks: {} };
  const { readFolder } = await import('../releases/host/from-folder.ts');
  return readFolder(folder, rules);
}

/** A build knows no time: it is as old as its manifest, and newer than what it took along. */
async function ownDate(folder: string | undefined, carried: KnownRelease[]): Promise<string> {
  const manifest = folder === undefined ? undefined : await stat(`${folder}/../../gati.manifest.json`).catch(() => undefined);
  const newest = Math.max(0, ...carried.map(({ date }) => Date.parse(date) + 1));
  return new Date(Math.max(Math.floor(manifest?.mtimeMs ?? 0), newest)).toISOString();
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

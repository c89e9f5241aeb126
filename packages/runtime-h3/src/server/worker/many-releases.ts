import { ReleaseHost } from '../../releases/manager/release-manager.ts';
import { ReleaseInstance } from '../../releases/manager/instance.ts';
import type { KnownRelease, Marks } from '../../releases/manager/known-release.ts';
import { type ReleaseRules, restrict } from '../../releases/manager/rules.ts';
import type { Releases, ReleasesOptions } from './served-app.ts';

export interface ManyOptions extends ReleasesOptions {
  /** There. */
  folder: string | undefined;
  /** Of the own build, epoch milliseconds: a build knows no time, so it is as old as its manifest. */
  date: number;
  /** Of the own build. */
  document: KnownRelease['document'];
}

export async function openMany(options: ManyOptions): Promise<Releases> {
  const { own, document, rules, store: url, cache, usage, onCrowded, logger, unused } = options;
  const carried = await readCarried(options.folder, rules);
  // It is newer than what it took along.
  const date = new Date(
    Math.max(options.date, ...carried.releases.map(({ date }) => Date.parse(date) + 1)),
  ).toISOString();
  const instance = new ReleaseInstance({
    load: () => Promise.resolve(restrict(own, rules.serves)),
    createContext: (bundle) => rules.createContext(bundle, date),
  });
  const [served] = await Promise.all([instance.bundle(), instance.context()]);
  const { version, id } = own;
  const route: KnownRelease['route'] = (method, path) => served.match(method, path)?.data;
  const host = new ReleaseHost({
    own: { version, id, date, route, instance, ...(document !== undefined && { document }) },
    usage,
    onCrowded,
    logger,
    unused,
  });
  if (carried.releases.length > 0) await host.update({ ...carried, current: undefined });
  if (!url) return { host, close: (within) => host.dispose(within) };

  const [{ openReleaseStore }, { StoreFollower }] = await Promise.all([
    import('../../releases/store/open.ts'),
    import('../../releases/manager/follow-store.ts'),
  ]);
  const store = await openReleaseStore(url);
  const follower = new StoreFollower({
    host,
    store,
    rules,
    carried,
    cache,
    ownVersion: version,
    ownId: id,
    logger,
  });
  await follower.start();
  return {
    host,
    async close(within) {
      await Promise.all([follower.close(), host.dispose(within)]);
    },
  };
}

async function readCarried(
  folder: string | undefined,
  rules: ReleaseRules,
): Promise<{ releases: KnownRelease[]; marks: Marks }> {
  if (folder === undefined) return { releases: [], marks: {} };
  const { readFolder } = await import('../../releases/manager/from-folder.ts');
  return readFolder(folder, rules);
}

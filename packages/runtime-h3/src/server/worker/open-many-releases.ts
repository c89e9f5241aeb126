import { ReleaseManager } from '../../releases/manager/release-manager.ts';
import { ReleaseInstance } from '../../releases/manager/release-instance.ts';
import type { KnownRelease, Marks } from '../../releases/manager/known-release.ts';
import { type ReleaseRules, limitToServedRoutes } from '../../releases/manager/release-rules.ts';
import type { OpenedReleases, OpenReleasesOptions } from './release-source.ts';

export interface OpenManyReleasesOptions extends OpenReleasesOptions {
  /** There. */
  folder: string | undefined;
  /** Of the own build, epoch milliseconds: a build knows no time, so it is as old as its manifest. */
  date: number;
  /** Of the own build. */
  document: KnownRelease['document'];
}

export async function openManyReleases(options: OpenManyReleasesOptions): Promise<OpenedReleases> {
  const {
    own,
    document,
    rules,
    store: url,
    cache,
    usage,
    onTooManyReleases,
    logger,
    unused,
  } = options;
  const bundled = await readBundled(options.folder, rules);
  // It is newer than what it took along.
  const date = new Date(
    Math.max(options.date, ...bundled.releases.map(({ date }) => Date.parse(date) + 1)),
  ).toISOString();
  const instance = new ReleaseInstance({
    load: () => Promise.resolve(limitToServedRoutes(own, rules.servesRoute)),
    createContext: (bundle) => rules.createContext(bundle, date),
  });
  const [served] = await Promise.all([instance.bundle(), instance.context()]);
  const { version, id } = own;
  const route: KnownRelease['route'] = (method, path) => served.match(method, path)?.data;
  const host = new ReleaseManager({
    own: { version, id, date, route, instance, ...(document !== undefined && { document }) },
    usage,
    onTooManyReleases,
    logger,
    unused,
  });
  if (bundled.releases.length > 0) await host.update({ ...bundled, current: undefined });
  if (!url) return { source: host, close: (within) => host.dispose(within) };

  const [{ openReleaseStore }, { StoreFollower }] = await Promise.all([
    import('../../releases/store/open-store.ts'),
    import('../../releases/manager/store-follower.ts'),
  ]);
  const store = await openReleaseStore(url);
  const follower = new StoreFollower({
    manager: host,
    store,
    rules,
    bundled,
    cache,
    ownVersion: version,
    ownId: id,
    logger,
  });
  await follower.start();
  return {
    source: host,
    async close(within) {
      await Promise.all([follower.close(), host.dispose(within)]);
    },
  };
}

async function readBundled(
  folder: string | undefined,
  rules: ReleaseRules,
): Promise<{ releases: KnownRelease[]; marks: Marks }> {
  if (folder === undefined) return { releases: [], marks: {} };
  const { readBundledReleases } = await import('../../releases/manager/bundled-releases.ts');
  return readBundledReleases(folder, rules);
}

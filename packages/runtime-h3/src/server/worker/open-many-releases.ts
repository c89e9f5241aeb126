import type { KnownRelease, Marks } from '../../releases/manager/known-release.ts';
import { clientInFolder } from '../../releases/manager/release-client.ts';
import { ReleaseInstance } from '../../releases/manager/release-instance.ts';
import { ReleaseManager } from '../../releases/manager/release-manager.ts';
import { limitToServedRoutes, type ReleaseRules } from '../../releases/manager/release-rules.ts';
import type { Logger } from '../../types/context.ts';
import type { OpenedReleases, OpenReleasesOptions } from './release-source.ts';

export interface OpenManyReleasesOptions extends Omit<OpenReleasesOptions, 'client'> {
  /** Folder of the client files in the server's own build. */
  client: string | undefined;
  /** Folder of the bundled releases, if it exists. */
  folder: string | undefined;
  /** Date of the server's own build: when its manifest was written, in epoch milliseconds. */
  date: number;
  /** OpenAPI document of the server's own build. */
  document: KnownRelease['document'];
}

/**
 * Opens the server's own build with the bundled releases, and follows the store if there is one.
 */
export async function openManyReleases(options: OpenManyReleasesOptions): Promise<OpenedReleases> {
  const { rules, store: url, cache, usage, onTooManyReleases, logger, unused } = options;
  const bundled = await readBundled(options.folder, rules, logger);
  const own = await openOwnRelease(options, bundled.releases);
  const hasStore = Boolean(url);
  const manager = new ReleaseManager({
    own,
    usage,
    onTooManyReleases,
    logger,
    unused,
    hasStore,
    clientFolder: options.client,
  });
  if (!url) {
    if (bundled.releases.length > 0) await manager.update({ ...bundled, current: undefined });
    return { source: manager, close: (within) => manager.dispose(within) };
  }

  const [{ openReleaseStore }, { StoreFollower }] = await Promise.all([
    import('../../releases/store/open-store.ts'),
    import('../../releases/manager/store-follower.ts'),
  ]);
  const follower = new StoreFollower({
    manager,
    store: await openReleaseStore(url),
    rules,
    bundled,
    cache,
    ownVersion: own.version,
    ownId: own.id,
    gate: options.gate && (await options.gate()),
    logger,
  });
  await follower.start();
  return {
    source: manager,
    ...(!manager.isReady && { ready: manager.whenReady() }),
    async close(within) {
      await Promise.all([follower.close(), manager.dispose(within)]);
    },
  };
}

/** Loads the server's own build and sets up its modules. */
async function openOwnRelease(
  { own, rules, date: built, document, client: folder }: OpenManyReleasesOptions,
  bundled: KnownRelease[],
): Promise<KnownRelease> {
  // The server's own build is newer than each release that it bundles.
  const date = new Date(
    Math.max(built, ...bundled.map((release) => Date.parse(release.date) + 1)),
  ).toISOString();
  const instance = new ReleaseInstance({
    load: () => Promise.resolve(limitToServedRoutes(own, rules.servesRoute)),
    createContext: (bundle) => rules.createContext(bundle, date),
  });
  const [bundle] = await Promise.all([instance.bundle(), instance.context()]);
  const client = clientInFolder(folder);
  return {
    version: own.version,
    id: own.id,
    date,
    route: (method, path) => bundle.match(method, path)?.data,
    instance,
    ...(document !== undefined && { document }),
    ...(client !== undefined && { client }),
  };
}

async function readBundled(
  folder: string | undefined,
  rules: ReleaseRules,
  logger: Logger,
): Promise<{ releases: KnownRelease[]; marks: Marks }> {
  if (folder === undefined) return { releases: [], marks: {} };
  const { readBundledReleases } = await import('../../releases/manager/bundled-releases.ts');
  return readBundledReleases(folder, rules, logger);
}

import { type Contract, parseRange, parseSemver, satisfies } from '@gati/contract';
import { listReleases, openReleaseStore, readManifest } from '@gati/runtime-h3/releases';
import type { ReleaseStore, StoredRelease } from '@gati/runtime-h3';
import type { MigrationTypes } from '../emit/version-types.ts';
import type { VersionFile } from '../scan/types.ts';
import { locateStore } from './locate-store.ts';

/**
 * The contracts that migrations stand between, from the release store: of those that a file carries the highest, and the one that it leads to;
 * `current` where that is not released yet. What the store does not have, or can't tell, is left out.
 */
export async function readMigrationTypes(
  root: string,
  files: readonly VersionFile[],
  current: Contract,
): Promise<MigrationTypes[]> {
  let store: ReleaseStore | undefined;
  try {
    store = await openReleaseStore(locateStore(root).url);
    const releases = await listReleases(store);
    const read = createReader(store);
    const found: MigrationTypes[] = [];
    for (const { from, to } of files) {
      const range = parseRange(from);
      const old = releases.find(
        ({ version }) => range !== undefined && satisfies(parseSemver(version)!, range),
      );
      const next = releases.find(({ version }) => version === to);
      if (old)
        found.push({ name: from, from: await read(old), to: next ? await read(next) : current });
    }
    return found;
  } catch {
    // Types are a help; what is wrong with the store the build says.
    return [];
  } finally {
    await store?.close();
  }
}

function createReader(store: ReleaseStore): (release: StoredRelease) => Promise<Contract> {
  const known = new Map<string, Promise<Contract>>();
  return (release) => {
    const reading =
      known.get(release.id) ?? readManifest(store, release).then(({ contract }) => contract);
    known.set(release.id, reading);
    return reading;
  };
}

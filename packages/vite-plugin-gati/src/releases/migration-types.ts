import { type Contract, parseRange, parseSemver, satisfies } from '@gati/contract';
import { listReleases, openReleaseStore, readManifest } from '@gati/runtime-h3/releases';
import type { ReleaseStore, StoredRelease } from '@gati/runtime-h3';
import type { MigrationTypes } from '../emit/version-types.ts';
import type { VersionFile } from '../scan/types.ts';
import { locateStore } from './locate-store.ts';

/**
 * Reads the two contracts that each migration connects from the release store: that of the highest
 * release in its range, and that of its target. If the target is not released yet, it is `current`.
 * Leaves out migrations whose releases the store does not have.
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
    // The types are optional. A build reports the errors of the store.
    return [];
  } finally {
    await store?.close();
  }
}

function createReader(store: ReleaseStore): (release: StoredRelease) => Promise<Contract> {
  const reads = new Map<string, Promise<Contract>>();
  return (release) => {
    const reading =
      reads.get(release.id) ?? readManifest(store, release).then(({ contract }) => contract);
    reads.set(release.id, reading);
    return reading;
  };
}

import { diffManifests, type Manifest } from '@gati/contract';
import { findRelease, readManifest, type ReleaseStore } from '@gati/runtime-h3/releases';
import type { ReleaseDiff } from '../../api/releases.ts';

/** Returns the differences of two releases for clients. */
export async function diffReleases(
  store: ReleaseStore,
  before: string,
  after: string,
): Promise<ReleaseDiff> {
  const [old, next] = await Promise.all([readOne(store, before), readOne(store, after)]);
  const { bump, changes } = diffManifests(old, next);
  return { before, after, bump, changes };
}

/** Resolves to the version that a release was compared with when it was built. */
export const sinceOf = async (store: ReleaseStore, version: string): Promise<string | undefined> =>
  (await readOne(store, version)).release.since;

const readOne = async (store: ReleaseStore, version: string): Promise<Manifest> =>
  readManifest(store, await findRelease(store, version));

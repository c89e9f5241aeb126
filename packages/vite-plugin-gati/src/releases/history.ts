import type { Manifest, ReleaseStatus } from '@gati/contract';
import {
  findBaseRelease,
  listReleases,
  openReleaseStore,
  readManifest,
  statusOf,
} from '@gati/runtime-h3/releases';
import type { ReleaseStore, StoredRelease, StoreHead } from '@gati/runtime-h3';
import { isCi } from '../files/is-ci.ts';
import { locateStore, noStoreError } from './locate-store.ts';

/** The releases of a store, as a build needs them. */
export interface History {
  store: ReleaseStore;
  /** Highest version first. */
  releases: StoredRelease[];
  head: StoreHead;
  /** Manifest of the release that changes are compared with, if there is one. */
  base: Manifest | undefined;
  statusOf(version: string): ReleaseStatus;
}

/** Opens the release store of an app. The caller closes `store`. */
export async function openHistory(root: string, given?: string): Promise<History> {
  const store = await openReleaseStore(locateStore(root, given).url);
  try {
    const { head } = await store.head();
    const releases = await listReleases(store);
    const base = findBaseRelease(releases, head);
    return {
      store,
      releases,
      head,
      base: base && (await readManifest(store, base)),
      statusOf: (version) => statusOf(head, version),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Returns the warning for a build on CI that names no store. */
export function storeWarning(root: string): ReturnType<typeof noStoreError> | undefined {
  return isCi() && !locateStore(root).named ? noStoreError('warning') : undefined;
}

import type { Manifest, ReleaseStatus } from '@gati/contract';
import {
  findBaseRelease,
  listReleases,
  openReleaseStore,
  readManifest,
  statusOf,
} from '@gati/runtime-h3/releases';
import type { ReleaseStore, StoredRelease, StoreHead } from '@gati/runtime-h3';
import { isCi, locateStore, noStoreError } from './locate-store.ts';

/** What a store knows, as a build needs it. */
export interface History {
  store: ReleaseStore;
  /** Highest version first. */
  releases: StoredRelease[];
  head: StoreHead;
  /** Of the release that changes are told against; absent: there is none. */
  base: Manifest | undefined;
  statusOf(version: string): ReleaseStatus;
}

/** Opens the store of an app. Whoever opens it closes `store`. */
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

/** The warning of a build machine that has no store. */
export function storeWarning(root: string): ReturnType<typeof noStoreError> | undefined {
  return isCi() && !locateStore(root).named ? noStoreError('warning') : undefined;
}

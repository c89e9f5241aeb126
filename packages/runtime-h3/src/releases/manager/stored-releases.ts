import { join } from 'node:path';
import type { ReleaseStore, StoredRelease } from '../../ports.ts';
import { materialize } from '../store/materialize.ts';
import { documentReader, readManifest } from '../store/read-release.ts';
import type { KnownRelease } from './known-release.ts';
import { clientInStore } from './release-client.ts';
import type { ReleaseRules } from './release-rules.ts';
import { createKnownRelease } from './create-known-release.ts';

/** Converts a release of a store. Its files are fetched, and checked, when its code is needed. */
export function toKnownRelease(
  store: ReleaseStore,
  release: StoredRelease,
  cache: () => Promise<string>,
  rules: ReleaseRules,
): Promise<KnownRelease> {
  const { id } = release;
  const document = documentReader(store, release);
  const client = rules.servesClient ? clientInStore(store, release, cache) : undefined;
  const parts = {
    contract: async () => (await readManifest(store, release)).contract,
    ...(document !== undefined && { document }),
    ...(client !== undefined && { client }),
    // The name of the folder contains the id, so that another build of the same version is never
    // used in its place.
    bundle: async () => materialize(store, release, join(await cache(), id)),
  };
  return createKnownRelease(release, parts, rules);
}

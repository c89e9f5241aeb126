import { join } from 'node:path';
import type { ReleaseStore, StoredRelease } from '../../ports.ts';
import { materialize } from '../store/materialize.ts';
import { readManifest, readStoredFile } from '../store/read.ts';
import type { KnownRelease } from './known.ts';
import type { ReleaseRules } from './rules.ts';
import { toSealed } from './sealed.ts';

/** A release of a store; its files are fetched, and checked, when it is first needed. */
export function fromStore(
  store: ReleaseStore,
  release: StoredRelease,
  cache: () => Promise<string>,
  rules: ReleaseRules,
): Promise<KnownRelease> {
  const { version, id, files } = release;
  const openapi = files.find(({ path }) => path === 'openapi.json');
  const parts = {
    contract: async () => (await readManifest(store, release)).contract,
    ...(openapi !== undefined && {
      document: async () => Buffer.from(await readStoredFile(store, release, openapi)).toString('utf8'),
    }),
    // By its id: what another build had under that version is never taken for it.
    bundle: async () => materialize(store, version, join(await cache(), id)),
  };
  return toSealed(release, parts, rules);
}

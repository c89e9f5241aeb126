import { join } from 'node:path';
import type { Contract } from '@gati/contract';
import type { ReleaseStore, StoredRelease } from '../../ports.ts';
import { materialize } from '../store/materialize.ts';
import { readManifest, readStoredFile } from '../store/read.ts';
import { ReleaseInstance } from './instance.ts';
import { importBundle, type KnownRelease } from './known.ts';
import { once } from './once.ts';
import { type ReleaseRules, restrict } from './rules.ts';
import { toRouteTable } from './route-table.ts';

/** A release of a store; its files are fetched, and checked, when it is first needed. */
export async function fromStore(
  store: ReleaseStore,
  release: StoredRelease,
  cache: () => Promise<string>,
  rules: ReleaseRules,
): Promise<KnownRelease> {
  const { version, id, date, files } = release;
  const readContract = async (): Promise<Contract> => (await readManifest(store, release)).contract;
  const table = toRouteTable(await readContract(), rules.serves);
  const openapi = files.find(({ path }) => path === 'openapi.json');
  return {
    version,
    id,
    date,
    route: table.find,
    match: table.match,
    contract: once(readContract),
    ...(openapi !== undefined && {
      document: async () => Buffer.from(await readStoredFile(store, release, openapi)).toString('utf8'),
    }),
    instance: new ReleaseInstance({
      // By its id: what another build had under that version is never taken for it.
      load: async (attempt) =>
        restrict(await importBundle(await materialize(store, version, join(await cache(), id)), attempt), rules.serves),
      createContext: (bundle) => rules.createContext(bundle, date),
    }),
  };
}

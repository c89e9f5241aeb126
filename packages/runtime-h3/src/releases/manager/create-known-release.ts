import type { Contract } from '@gati/contract';
import { importBundle } from './import-bundle.ts';
import type { KnownRelease } from './known-release.ts';
import { once } from './once.ts';
import { ReleaseInstance } from './release-instance.ts';
import { limitToServedRoutes, type ReleaseRules } from './release-rules.ts';
import { createRouteTable } from './route-table.ts';

/** Functions that read the parts of a release that was built before. */
export interface ReleaseParts {
  contract(): Promise<Contract>;
  document?: KnownRelease['document'];
  client?: KnownRelease['client'];
  /** Returns the path of the bundle, and fetches the file first if needed. */
  bundle(): string | Promise<string>;
}

/** Creates a release that was built before. Reads its routes now, and loads its code when needed. */
export async function createKnownRelease(
  { version, id, date }: Pick<KnownRelease, 'version' | 'id' | 'date'>,
  { contract, document, client, bundle }: ReleaseParts,
  rules: ReleaseRules,
): Promise<KnownRelease> {
  const table = createRouteTable(await contract(), rules.servesRoute);
  return {
    version,
    id,
    date,
    route: table.find,
    match: table.match,
    contract: once(contract),
    ...(document !== undefined && { document }),
    ...(client !== undefined && { client }),
    instance: new ReleaseInstance({
      load: async (attempt) =>
        limitToServedRoutes(await importBundle(await bundle(), attempt), rules.servesRoute),
      createContext: (loaded) => rules.createContext(loaded, date),
    }),
  };
}

import type { Contract } from '@gati/contract';
import { ReleaseInstance } from './release-instance.ts';
import { importBundle, type KnownRelease } from './known-release.ts';
import { once } from './once.ts';
import { type ReleaseRules, limitToServedRoutes } from './release-rules.ts';
import { createRouteTable } from './route-table.ts';

/** Where the parts of a sealed release are. */
export interface ReleaseParts {
  contract(): Promise<Contract>;
  document?: KnownRelease['document'];
  /** File of its bundle, brought here when it is first needed. */
  bundle(): string | Promise<string>;
}

/** A release that was built before; its routes are known at once, its code is loaded when it is needed. */
export async function createKnownRelease(
  { version, id, date }: Pick<KnownRelease, 'version' | 'id' | 'date'>,
  { contract, document, bundle }: ReleaseParts,
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
    instance: new ReleaseInstance({
      load: async (attempt) =>
        limitToServedRoutes(await importBundle(await bundle(), attempt), rules.servesRoute),
      createContext: (loaded) => rules.createContext(loaded, date),
    }),
  };
}

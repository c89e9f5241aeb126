import type { Contract } from '@gati/contract';
import { ReleaseInstance } from './release-instance.ts';
import { importBundle, type KnownRelease } from './known-release.ts';
import { once } from './once.ts';
import { type ReleaseRules, restrict } from './release-rules.ts';
import { createRouteTable } from './route-table.ts';

/** Where the parts of a sealed release are. */
export interface FolderRelease {
  contract(): Promise<Contract>;
  document?: KnownRelease['document'];
  /** File of its bundle, brought here when it is first needed. */
  bundle(): string | Promise<string>;
}

/** A release that was built before; its routes are known at once, its code is loaded when it is needed. */
export async function toSealed(
  { version, id, date }: Pick<KnownRelease, 'version' | 'id' | 'date'>,
  { contract, document, bundle }: FolderRelease,
  rules: ReleaseRules,
): Promise<KnownRelease> {
  const table = createRouteTable(await contract(), rules.serves);
  return {
    version,
    id,
    date,
    route: table.find,
    match: table.match,
    contract: once(contract),
    ...(document !== undefined && { document }),
    instance: new ReleaseInstance({
      load: async (attempt) => restrict(await importBundle(await bundle(), attempt), rules.serves),
      createContext: (loaded) => rules.createContext(loaded, date),
    }),
  };
}

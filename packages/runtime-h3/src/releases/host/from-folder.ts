import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contract, parseManifest } from '@gati/contract';
import { type CarriedRelease, readCarried } from './carried.ts';
import { ReleaseInstance } from './instance.ts';
import { bundleFile, importBundle, type KnownRelease } from './known.ts';
import { once } from './once.ts';
import { type ReleaseRules, restrict } from './rules.ts';
import { toRouteTable } from './route-table.ts';

const NOTHING: Contract = { routes: [], effects: [], modules: [], $defs: {} };

/** The releases that the build took along. */
export async function readFolder(
  folder: string,
  rules: ReleaseRules,
): Promise<{ releases: KnownRelease[]; marks: Record<string, CarriedRelease> }> {
  const carried = await readCarried(folder);
  const releases = await Promise.all(carried.map((release) => toKnown(join(folder, release.version), release, rules)));
  return { releases, marks: Object.fromEntries(carried.map((release) => [release.version, release])) };
}

async function toKnown(folder: string, { version, id, date, status }: CarriedRelease, rules: ReleaseRules): Promise<KnownRelease> {
  const file = join(folder, 'gati.manifest.json');
  // Of a retired one there is nothing but its name, unless a migration needs its promises.
  const isThere = status !== 'retired' || existsSync(file);
  const readContract = async (): Promise<Contract> => (isThere ? parseManifest(await readFile(file, 'utf8')).contract : NOTHING);
  const table = toRouteTable(await readContract(), rules.serves);
  return {
    version,
    id,
    date,
    route: table.find,
    match: table.match,
    contract: once(readContract),
    document: () => readFile(join(folder, 'openapi.json'), 'utf8'),
    instance: new ReleaseInstance({
      load: async (attempt) => restrict(await importBundle(bundleFile(folder), attempt), rules.serves),
      createContext: (bundle) => rules.createContext(bundle, date),
    }),
  };
}

import path from 'node:path';
import {
  activateRelease,
  listReleases,
  openReleaseStore,
  pruneReleases,
  putRelease,
} from '../../../src/releases/index.ts';
import { writeBuild } from './builds.ts';

/**
 * Arguments: `STORE FOLDER`. Stores and activates releases until it is killed. Prints `begun` when
 * it starts, and `stored` after each release.
 */
const [url = '', folder = ''] = process.argv.slice(2);
const store = await openReleaseStore(url);
const next = (await listReleases(store)).length;
process.stdout.write('begun\n');
for (let index = next; ; index++) {
  const version = `1.${index}.0`;
  await putRelease(store, await writeBuild(path.join(folder, version), version), {
    at: new Date(Date.UTC(2020, 0, 1) + index).toISOString(),
  });
  process.stdout.write('stored\n');
  await activateRelease(store, version);
  if (index % 3 === 0) await pruneReleases(store, { last: 6, days: 1, grace: 60_000 });
}

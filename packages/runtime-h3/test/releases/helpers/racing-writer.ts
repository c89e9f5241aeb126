import { changeHead } from '../../../src/releases/store/head.ts';
import { openReleaseStore } from '../../../src/releases/store/open-store.ts';
import { record } from './records.ts';

/**
 * Arguments: `URL NAME COUNT`. Tries to create each version, and adds one mark per version to the
 * head. Prints the versions that it created.
 */
const [url = '', name = '', count = '0'] = process.argv.slice(2);
const store = await openReleaseStore(url);
const won: string[] = [];
for (let index = 0; index < Number(count); index++) {
  const version = `0.0.${index}`;
  if (await store.create(record(version, `${name} ${version}`))) won.push(version);
  await changeHead(store, (head) => ({
    ...head,
    marks: { ...head.marks, [`${version}-${name}`]: { status: 'live' } },
  }));
}
await store.close();
process.stdout.write(JSON.stringify({ won }));

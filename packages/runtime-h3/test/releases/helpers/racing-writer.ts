import { changeHead } from '../../../src/releases/store/head.ts';
import { openReleaseStore } from '../../../src/releases/store/open-store.ts';
import { record } from './records.ts';

/** `URL NAME COUNT`: tries to take each version, and leaves a mark of its own in the head for each. Prints what it won. */
const [url = '', name = '', count = '0'] = process.argv.slice(2);
const store = await openReleaseStore(url);
const won: string[] = [];
for (let index = 0; index < Number(count); index++) {
  const version = `0.0.${index}`;
  if (await store.create(record(version, `${name} ${version}`))) won.push(version);
  await changeHead(store, (head) => ({
    ...head,
    marks: { ...head.marks, [`${name}-${index}`]: { status: 'live' } },
  }));
}
await store.close();
process.stdout.write(JSON.stringify({ won }));

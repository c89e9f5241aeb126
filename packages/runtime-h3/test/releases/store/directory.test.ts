import fs from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeAll, expect, test } from 'vitest';
import { activateRelease } from '../../../src/releases/store/change-status.ts';
import { openReleaseStore } from '../../../src/releases/store/open-store.ts';
import { record } from '../helpers/records.ts';
import { conformsToReleaseStore } from '../helpers/store-conformance.ts';

let folder: string;
let count = 0;
const fresh = async (): Promise<string> => path.join(folder, `store ${count++}`, 'not there yet');

beforeAll(async () => {
  folder = temporaryFolder('directory');
});

conformsToReleaseStore(fresh, openReleaseStore);

test('a directory store keeps 64 heads at most and rejects a write based on a removed one', async () => {
  const url = await fresh();
  const store = await openReleaseStore(url);
  const sleeper = await store.head();
  for (let index = 1; index <= 80; index++) {
    const { head, tag } = await store.head();
    expect(await store.moveHead({ ...head, current: `1.0.${index}` }, tag)).toBe(true);
  }
  expect((await fs.readdir(path.join(url, 'heads'))).length).toBeLessThanOrEqual(64);
  expect(await store.moveHead({ ...sleeper.head, current: '9.9.9' }, sleeper.tag)).toBe(false);
  expect((await store.head()).head.current).toBe('1.0.80');
});

test.each([
  undefined,
  '',
  '{"current":"1.',
  '[]',
  '{"current":"1.0.0"}',
  '{"before":[],"marks":{"1.0.0":null}}',
])('GATI_STORE_DAMAGED names a head file that is %j, with a fix that works', async (text) => {
  const url = await fresh();
  const store = await openReleaseStore(url);
  for (const version of ['1.0.0', '1.1.0']) {
    await store.create(record(version));
    await activateRelease(store, version);
  }
  if (text === undefined) await fs.rm(path.join(url, 'heads/2/head.json'));
  else await fs.writeFile(path.join(url, 'heads/2/head.json'), text);
  const failure: unknown = await activateRelease(store, '1.1.0').catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'GATI_STORE_DAMAGED',
    diagnostic: {
      message: expect.stringContaining('heads/2/head.json'),
      fix: expect.stringContaining('remove the folder heads/2'),
    },
  });
  await fs.rm(path.join(url, 'heads/2'), { recursive: true });
  expect((await store.head()).head.current).toBe('1.0.0');
  await activateRelease(store, '1.1.0');
  expect((await store.head()).head.current).toBe('1.1.0');
});

test('a damaged note of a server is ignored', async () => {
  const url = await fresh();
  const store = await openReleaseStore(url);
  await store.putNote({ instance: 'a', current: '1.0.0', until: 1 });
  for (const [name, text] of Object.entries({ b: '', c: '{"insta', d: 'null' }))
    await fs.writeFile(path.join(url, `servers/${name}.json`), text);
  expect(await store.notes()).toEqual([{ instance: 'a', current: '1.0.0', until: 1 }]);
});

test('unfinished files of a killed writer do not count as a release, and are removed after a day', async () => {
  const url = await fresh();
  const store = await openReleaseStore(url);
  await store.create(record('1.0.0'));
  const left = path.join(url, 'scratch', 'left');
  await fs.mkdir(left, { recursive: true });
  await fs.writeFile(path.join(left, 'release.json'), '{"version":');
  expect(await store.list()).toEqual([record('1.0.0')]);
  for await (const _ of store.blobs());
  expect(await fs.readdir(path.join(url, 'scratch'))).toEqual(['left']);
  const before = new Date(Date.now() - 48 * 60 * 60 * 1000);
  await fs.utimes(left, before, before);
  for await (const _ of store.blobs());
  expect(await fs.readdir(path.join(url, 'scratch'))).toEqual([]);
});

import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openReleaseStore } from '../../src/releases/store/open.ts';
import { record } from './records.ts';
import { conformsToReleaseStore } from './store-conformance.ts';

// Each write is synced to the disk, and some disks are slow.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let count = 0;
const fresh = async (): Promise<string> => path.join(folder, `store ${count++}`, 'not there yet');

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'gati-store-'));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

conformsToReleaseStore(fresh, openReleaseStore);

test('heads do not pile up, and a writer that slept through many moves loses', async () => {
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

test('what a killed writer left in the scratch folder is no release, and is cleared away later', async () => {
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

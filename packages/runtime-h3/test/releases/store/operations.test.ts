import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createStyle } from '../../../src/command/style.ts';
import type { ReleaseStore, StoredRelease, StoreHead } from '../../../src/ports.ts';
import {
  activateRelease,
  deprecateRelease,
  findBaseRelease,
  findRelease,
  labelRelease,
  listReleases,
  materialize,
  openReleaseStore,
  predictHead,
  pruneReleases,
  putRelease,
  RELEASE_COMMANDS,
  readManifest,
  retireRelease,
  rollbackRelease,
  statusOf,
  verifyStore,
} from '../../../src/releases/index.ts';
import { writeBuild } from '../helpers/builds.ts';
import { digest } from '../helpers/records.ts';

const DAY = 24 * 60 * 60 * 1000;
let folder: string;
let store: ReleaseStore;
let count = 0;
const place = (): string => path.join(folder, String(count++));
const build = (version: string, text?: string): Promise<string> =>
  writeBuild(place(), version, text);
const put = async (version: string, daysAgo = 0): Promise<void> => {
  await putRelease(store, await build(version), {
    at: new Date(Date.now() - daysAgo * DAY).toISOString(),
  });
};
const status = async (version: string): Promise<string> =>
  statusOf((await store.head()).head, version);
const blobPath = (text: string): string =>
  path.join(store.url, 'blobs', digest(text).slice(0, 2), digest(text));
const code = (version: string): string => `export default ${JSON.stringify(`code of ${version}`)};`;

beforeAll(async () => {
  folder = temporaryFolder('operations');
});
beforeEach(async () => {
  store = await openReleaseStore(place());
});

describe('putRelease', () => {
  test('stores a build as a snapshot without its bundled older releases', async () => {
    const { release, created } = await putRelease(store, await build('1.0.0'), {
      at: '2026-01-01T00:00:00Z',
      image: 'sha256:abc',
    });
    expect(created).toBe(true);
    expect(release).toMatchObject({
      version: '1.0.0',
      date: '2026-01-01T00:00:00Z',
      image: 'sha256:abc',
    });
    expect(release.files.map((file) => file.path)).toEqual([
      'CHANGELOG.md',
      'client/assets/same.js',
      'gati.manifest.json',
      'server/chunks/helper.mjs',
      'server/release.mjs',
    ]);
    expect(await listReleases(store)).toEqual([release]);
    expect(await readManifest(store, release)).toMatchObject({
      name: 'shop',
      release: { version: '1.0.0' },
    });
    expect(await status('1.0.0')).toBe('staged');
  });

  test('accepts the same build again and rejects another build of the version', async () => {
    const folder = await build('1.0.0');
    const first = await putRelease(store, folder);
    expect(await putRelease(store, folder, { at: '2020-01-01T00:00:00Z' })).toMatchObject({
      release: first.release,
      created: false,
    });
    await expect(putRelease(store, await build('1.0.0', 'other code'))).rejects.toMatchObject({
      code: 'GATI_RELEASE_CONFLICT',
    });
  });

  test('accepts one of two racing builds of a version and reports GATI_RELEASE_CONFLICT to the other', async () => {
    const folders = [await build('1.0.0', 'mine'), await build('1.0.0', 'yours')];
    const results = await Promise.allSettled(
      folders.map(async (one) => putRelease(await openReleaseStore(store.url), one)),
    );
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((result) => result.status === 'rejected')).toMatchObject({
      reason: { code: 'GATI_RELEASE_CONFLICT' },
    });
    expect((await verifyStore(store)).damaged).toEqual([]);
  });

  test('reports GATI_RELEASE_NOT_BUILT for a folder without a build', async () => {
    await expect(putRelease(store, place())).rejects.toMatchObject({
      code: 'GATI_RELEASE_NOT_BUILT',
    });
  });
});

describe('changing the status', () => {
  beforeEach(async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await put(version);
  });

  test('a prediction is the head that the change then makes', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await put(version);
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await activateRelease(store, version);
    const { head } = await store.head();
    const predicted = predictHead(head, 'rollback');
    expect(await store.head()).toMatchObject({ head });
    await rollbackRelease(store);
    expect((await store.head()).head).toEqual(predicted);
    const retired = predictHead(predicted, 'retire', '1.0.0');
    expect(await retireRelease(store, '1.0.0')).toEqual(retired);
    const { activation: _time, ...activated } = predictHead(retired, 'activate', '2.0.0');
    expect(await activateRelease(store, '2.0.0')).toMatchObject(activated);
  });

  test('a label stays over later changes until it is removed', async () => {
    for (const version of ['1.0.0', '1.1.0']) await put(version);
    await labelRelease(store, '1.0.0', 'stable');
    for (const version of ['1.0.0', '1.1.0']) await activateRelease(store, version);
    await rollbackRelease(store);
    expect((await store.head()).head.labels).toEqual({ '1.0.0': 'stable' });
    expect((await labelRelease(store, '1.0.0', undefined)).labels).toEqual({});
    await expect(labelRelease(store, '9.0.0', 'x')).rejects.toMatchObject({
      code: 'GATI_RELEASE_UNKNOWN',
    });
  });

  test('a rollback activates the previous release and withdraws the current one', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0', '2.0.0'])
      await activateRelease(store, version);
    expect((await store.head()).head).toMatchObject({
      current: '2.0.0',
      before: ['1.0.0', '1.1.0'],
    });
    expect(await rollbackRelease(store)).toEqual({ current: '1.1.0', withdrawn: '2.0.0' });
    expect(await status('2.0.0')).toBe('withdrawn');
    expect(await rollbackRelease(store)).toEqual({ current: '1.0.0', withdrawn: '1.1.0' });
    await expect(rollbackRelease(store)).rejects.toMatchObject({ code: 'GATI_NO_ROLLBACK' });
    await activateRelease(store, '2.0.0');
    expect(await status('2.0.0')).toBe('live');
  });

  test('a rollback skips retired releases', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await activateRelease(store, version);
    await retireRelease(store, '1.1.0');
    expect(await rollbackRelease(store)).toEqual({ current: '1.0.0', withdrawn: '2.0.0' });
  });

  test('reports unknown versions and impossible changes by code', async () => {
    await expect(activateRelease(store, '3.0.0')).rejects.toMatchObject({
      code: 'GATI_RELEASE_UNKNOWN',
    });
    await expect(rollbackRelease(store)).rejects.toMatchObject({ code: 'GATI_NO_ROLLBACK' });
    await expect(deprecateRelease(store, '1.0.0')).rejects.toMatchObject({
      code: 'GATI_RELEASE_STATUS',
    });
    await activateRelease(store, '1.0.0');
    await expect(retireRelease(store, '1.0.0')).rejects.toMatchObject({
      code: 'GATI_RELEASE_STATUS',
    });
  });

  test('a deprecation has dates and ends when the release is activated', async () => {
    await activateRelease(store, '1.0.0');
    await deprecateRelease(store, '1.0.0', { at: '2026-01-01T00:00:00Z' });
    const head = await deprecateRelease(store, '1.0.0', { sunset: '2026-07-01T00:00:00Z' });
    expect(head.marks['1.0.0']).toEqual({
      status: 'deprecated',
      deprecatedAt: '2026-01-01T00:00:00Z',
      sunsetAt: '2026-07-01T00:00:00Z',
    });
    expect((await activateRelease(store, '1.0.0')).marks['1.0.0']).toEqual({ status: 'live' });
  });

  test('many changes at the same time all take effect', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await activateRelease(store, version);
    const others = await Promise.all(Array.from({ length: 2 }, () => openReleaseStore(store.url)));
    await Promise.all([
      deprecateRelease(others[0]!, '1.0.0'),
      retireRelease(others[1]!, '1.1.0'),
      activateRelease(store, '2.0.0'),
    ]);
    expect([await status('1.0.0'), await status('1.1.0'), await status('2.0.0')]).toEqual([
      'deprecated',
      'retired',
      'live',
    ]);
  });
});

describe('findBaseRelease', () => {
  const releases = ['3.0.0', '2.1.0', '2.0.0', '1.0.0'].map(
    (version) => ({ version }) as StoredRelease,
  );
  const quarantine = { at: '2026-01-01T00:00:00Z', server: 'web-1', reason: 'Workers died.' };
  test.each<[title: string, marks: StoreHead['marks'], base: string | undefined]>([
    ['the highest staged release before any was live', {}, '3.0.0'],
    ['no quarantined one', { '3.0.0': { status: 'staged', quarantine } }, '2.1.0'],
    ['the highest that was live', { '1.0.0': { status: 'live' } }, '1.0.0'],
    [
      'a retired one that was live rather than one that was not',
      { '2.0.0': { status: 'retired' }, '1.0.0': { status: 'live' } },
      '2.0.0',
    ],
    [
      'no withdrawn one',
      { '3.0.0': { status: 'withdrawn' }, '2.0.0': { status: 'live' } },
      '2.0.0',
    ],
    [
      'a quarantined one that was live before',
      { '2.0.0': { status: 'live', quarantine }, '1.0.0': { status: 'live' } },
      '2.0.0',
    ],
  ])('is %s', (_, marks, base) => {
    expect(findBaseRelease(releases, { before: [], marks })?.version).toBe(base);
  });
});

describe('pruneReleases', () => {
  test('keeps the window, the current release, the target of a rollback and all documents', async () => {
    for (const [index, days] of [400, 390, 380, 370, 360, 350, 340, 330, 10].entries())
      await put(`1.${index}.0`, days);
    for (const version of ['1.3.0', '1.1.0', '1.0.0']) await activateRelease(store, version);
    const options = { last: 3, days: 90, grace: -DAY };
    const planned = await pruneReleases(store, { ...options, dryRun: true });
    expect(await verifyStore(store)).toMatchObject({ releases: 9, files: 45 });
    expect(planned.pruned).toEqual(['1.5.0', '1.4.0', '1.3.0', '1.2.0']);
    expect(await pruneReleases(store, options)).toEqual(planned);
    // Each release has two files of its own. Its third file, of the client, is the same in all
    // releases.
    expect(planned.blobs).toBe(8);
    expect(await verifyStore(store)).toEqual({ releases: 9, files: 5 * 5 + 4 * 2, damaged: [] });
    expect(await pruneReleases(store, options)).toEqual({ pruned: [], blobs: 0 });
    expect(await status('1.3.0')).toBe('retired');
    await expect(activateRelease(store, '1.3.0')).rejects.toMatchObject({
      code: 'GATI_RELEASE_PRUNED',
    });
    const old = (await listReleases(store)).find(({ version }) => version === '1.3.0')!;
    expect((await readManifest(store, old)).release.version).toBe('1.3.0');
    expect(await rollbackRelease(store)).toMatchObject({ current: '1.1.0' });
  });

  test('keeps young files that no release needs yet', async () => {
    await store.putBlob(digest('on its way'), Buffer.from('on its way'));
    expect(await pruneReleases(store)).toEqual({ pruned: [], blobs: 0 });
    expect(await pruneReleases(store, { grace: -DAY })).toEqual({ pruned: [], blobs: 1 });
  });
});

describe('reading a store', () => {
  test('materialize writes a bundle that a server can import', async () => {
    await put('1.0.0');
    const target = place();
    const release = await findRelease(store, '1.0.0');
    const entry = await materialize(store, release, target);
    expect(await import(pathToFileURL(entry).href)).toMatchObject({ default: 'code of 1.0.0' });
    expect((await fs.readdir(target)).sort()).toEqual(['gati.manifest.json', 'server']);
    await fs.writeFile(entry, 'changed in the cache');
    await Promise.all([materialize(store, release, target), materialize(store, release, target)]);
    expect(await fs.readFile(entry, 'utf8')).toBe(code('1.0.0'));
    expect(await fs.readdir(path.join(target, 'server'))).toEqual(['chunks', 'release.mjs']);
  });

  test('GATI_RELEASE_DAMAGED names a truncated record, and verify still checks the other releases', async () => {
    await put('1.0.0');
    await put('1.1.0');
    const record = path.join(store.url, 'releases/1.0.0/release.json');
    await fs.truncate(record, 20);
    const again = await openReleaseStore(store.url);
    expect(await verifyStore(again)).toMatchObject({
      releases: 2,
      damaged: [{ version: '1.0.0', path: 'release.json', fault: 'unreadable' }],
    });
    const run = (...words: string[]) =>
      RELEASE_COMMANDS.releases.run({
        store: again,
        style: createStyle(false),
        words,
        flags: {},
        progress: () => {},
      });
    expect(await run('show', '1.1.0')).toMatchObject({ code: 0 });
    expect(await run('list')).toMatchObject({
      code: 1,
      document: { releases: [{ version: '1.1.0' }], damaged: [{ version: '1.0.0' }] },
    });
    expect((await activateRelease(again, '1.1.0')).current).toBe('1.1.0');
    // A prune would remove the files of a release whose record may be restored.
    for (const words of [['show', '1.0.0'], ['prune']]) {
      await expect(run(...words)).rejects.toMatchObject({
        code: 'GATI_RELEASE_DAMAGED',
        message: expect.stringContaining('1.0.0'),
      });
    }
  });

  test.each([
    ['changed', (file: string) => fs.writeFile(file, code('6.6.6'))],
    ['missing', (file: string) => fs.rm(file)],
  ] as const)(
    'code that is %s in the store is never loaded, and storing the same build restores it',
    async (fault, damage) => {
      const folder = await build('1.0.0');
      await putRelease(store, folder);
      await damage(blobPath(code('1.0.0')));
      const release = await findRelease(store, '1.0.0');
      await expect(materialize(store, release, place())).rejects.toMatchObject({
        code: 'GATI_RELEASE_DAMAGED',
      });
      expect((await verifyStore(store)).damaged).toEqual([
        { version: '1.0.0', path: 'server/release.mjs', fault },
      ]);
      expect((await putRelease(store, folder)).created).toBe(false);
      expect((await verifyStore(store)).damaged).toEqual([]);
    },
  );
});

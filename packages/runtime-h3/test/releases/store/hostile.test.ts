import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readBundledIndex } from '../../../src/releases/manager/bundled-index.ts';
import type { ReleaseStore, StoredRelease } from '../../../src/ports.ts';
import {
  activateRelease,
  findRelease,
  materialize,
  openReleaseStore,
  putRelease,
  RELEASE_COMMANDS,
  verifyStore,
} from '../../../src/releases/index.ts';
import { createStyle } from '../../../src/command/style.ts';
import { withDeadlines } from '../../../src/releases/store/with-deadlines.ts';
import { writeBuild } from '../helpers/builds.ts';
import { digest } from '../helpers/records.ts';

let made: string;
let root: string;
let store: ReleaseStore;

beforeAll(async () => {
  made = temporaryFolder('hostile');
  store = await openReleaseStore(path.join(made, 'store'));
  for (const version of ['1.0.0', '1.1.0']) {
    await putRelease(store, await writeBuild(path.join(made, version), version));
    await activateRelease(store, version);
  }
});
beforeEach(async () => {
  root = temporaryFolder('hostile');
  await fs.cp(path.join(made, 'store'), path.join(root, 'store'), { recursive: true });
  store = await openReleaseStore(path.join(root, 'store'));
});

const inStore = (...names: string[]): string => path.join(root, 'store', ...names);
const recordFile = (): string => inStore('releases/1.0.0/release.json');
const reopen = (): Promise<ReleaseStore> => openReleaseStore(path.join(root, 'store'));

async function readRecord(): Promise<StoredRelease & { digest?: string }> {
  return JSON.parse(await fs.readFile(recordFile(), 'utf8')) as StoredRelease;
}

/** Changes the record as somebody would who can write to the store: without its digest. */
async function changeRecord(change: (record: StoredRelease) => void): Promise<void> {
  const { digest: _, ...record } = await readRecord();
  change(record);
  await fs.writeFile(recordFile(), JSON.stringify(record));
}

const verifyCommand = async (): Promise<{ code: number; document: unknown }> =>
  RELEASE_COMMANDS.releases.run({
    store: await reopen(),
    style: createStyle(false),
    words: ['verify'],
    flags: {},
    progress: () => {},
  });

const HOSTILE_PATHS = [
  '../escaped',
  'server/../../escaped',
  '/tmp/escaped',
  'C:/escaped',
  'server\\..\\..\\escaped',
  'server/\u0000escaped',
  'server//escaped',
  './escaped',
  '',
  'x'.repeat(2000),
];

describe('a text of a record that becomes a path', () => {
  test.each(HOSTILE_PATHS)(
    'file path %j makes its record damaged, and writes nothing',
    async (text) => {
      await changeRecord((record) => (record.files[3]!.path = text));
      const again = await reopen();
      await expect(findRelease(again, '1.0.0')).rejects.toMatchObject({
        code: 'GATI_RELEASE_DAMAGED',
        message: expect.stringContaining('relative path'),
      });
      expect((await findRelease(again, '1.1.0')).version).toBe('1.1.0');
      expect(await verifyCommand()).toMatchObject({
        code: 1,
        document: { damaged: [{ version: '1.0.0', fault: 'unreadable' }] },
      });
      expect(existsSync(path.join(root, 'escaped'))).toBe(false);
    },
  );

  test.each([
    '..',
    '../../escaped',
    'rel_/../x',
    'a/b',
    'rel\u0000',
    '.',
    'C:rel',
    'x'.repeat(300),
  ])('id %j makes its record damaged', async (text) => {
    await changeRecord((record) => (record.id = text));
    await expect(findRelease(await reopen(), '1.0.0')).rejects.toMatchObject({
      code: 'GATI_RELEASE_DAMAGED',
    });
    expect(await verifyCommand()).toMatchObject({ code: 1 });
  });

  test.each(['../../../etc/passwd', 'A'.repeat(64), digest('x').slice(1), `${digest('x')}/..`])(
    'digest %j makes its record damaged',
    async (text) => {
      await changeRecord((record) => (record.files[0]!.sha256 = text));
      await expect(findRelease(await reopen(), '1.0.0')).rejects.toMatchObject({
        code: 'GATI_RELEASE_DAMAGED',
      });
    },
  );

  test.each(['../1.0.0', '1.0.0/..', 'latest', '__proto__', ''])(
    'version %j makes its record damaged',
    async (text) => {
      await changeRecord((record) => (record.version = text));
      await expect(findRelease(await reopen(), '1.0.0')).rejects.toMatchObject({
        code: 'GATI_RELEASE_DAMAGED',
      });
    },
  );

  test('a link in the cache that leads out of it gets no files', async () => {
    const cache = path.join(root, 'cache');
    await fs.mkdir(cache);
    await fs.mkdir(path.join(root, 'elsewhere'));
    await fs.symlink(path.join(root, 'elsewhere'), path.join(cache, 'server'));
    const release = await findRelease(store, '1.0.0');
    await expect(materialize(store, release, cache)).rejects.toMatchObject({ code: 'GATI_CACHE' });
    const found = await fs.readdir(path.join(root, 'elsewhere'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(found.filter((entry) => entry.isFile())).toEqual([]);
  });

  test('a build whose manifest names a hostile version or id is not stored', async () => {
    for (const [from, to] of [
      ['"1.2.0"', '"../../escaped"'],
      ['"rel_', '"../rel_'],
    ] as const) {
      const folder = await writeBuild(path.join(root, 'hostile'), '1.2.0');
      const manifest = path.join(folder, 'gati.manifest.json');
      await fs.writeFile(manifest, (await fs.readFile(manifest, 'utf8')).replace(from, to));
      await expect(putRelease(store, folder)).rejects.toMatchObject({
        code: 'GATI_MANIFEST_INVALID',
      });
    }
  });

  test.each(['../escaped', '1.0.0/../..', 'C:'])(
    'version %j in the list of bundled releases is GATI_RELEASE_DAMAGED',
    async (version) => {
      const entry = { version, id: 'rel_1', date: '2026-01-01T00:00:00Z', status: 'live' };
      await fs.writeFile(path.join(root, 'index.json'), JSON.stringify({ releases: [entry] }));
      await expect(readBundledIndex(root)).rejects.toMatchObject({ code: 'GATI_RELEASE_DAMAGED' });
    },
  );
});

describe('a document of a store', () => {
  test.each([
    ['a date that is no time', '{"date":"yesterday"}'],
    ['a header in a time', '{"deprecatedAt":"2026-01-01T00:00:00Z\\r\\nX: 1"}'],
  ])('with %s is damaged, since the text would reach a header', async (_what, change) => {
    const field = JSON.parse(change) as { date?: string; deprecatedAt?: string };
    if (field.date !== undefined) {
      await changeRecord((record) => Object.assign(record, field));
      await expect(findRelease(await reopen(), '1.0.0')).rejects.toMatchObject({
        code: 'GATI_RELEASE_DAMAGED',
      });
    } else {
      const head = { before: [], marks: { '1.0.0': { status: 'deprecated', ...field } } };
      await fs.writeFile(inStore('heads/2/head.json'), JSON.stringify(head));
      await expect((await reopen()).head()).rejects.toMatchObject({ code: 'GATI_STORE_DAMAGED' });
    }
  });

  test.each([
    ['deep', '['.repeat(100_000)],
    ['deep and closed', `{"before":[],"marks":${'{"a":'.repeat(300)}1${'}'.repeat(301)}`],
    ['long', `{"before":[],"marks":{}${' '.repeat(8_000_001)}}`],
    ['null', 'null'],
    ['a mark of an unknown status', '{"before":[],"marks":{"1.0.0":{"status":"best"}}}'],
    ['a mark of __proto__', '{"before":[],"marks":{"__proto__":{"status":"live"}}}'],
  ])('a document that is %s is GATI_STORE_DAMAGED, and verify reports it', async (_what, text) => {
    await fs.writeFile(inStore('heads/2/head.json'), text);
    await expect((await reopen()).head()).rejects.toMatchObject({ code: 'GATI_STORE_DAMAGED' });
    expect(await verifyCommand()).toMatchObject({
      code: 1,
      document: { damaged: [{ version: '', path: 'head.json', fault: 'unreadable' }] },
    });
  });

  test('a document that is changed in one value differs from its digest', async () => {
    for (const file of [recordFile(), inStore('heads/2/head.json')]) {
      const text = await fs.readFile(file, 'utf8');
      await fs.writeFile(file, text.replace('1.0.0', '1.0.1'));
    }
    const found = await verifyStore(await reopen());
    expect(found.damaged.map(({ path: name, reason }) => [name, reason])).toEqual([
      ['head.json', expect.stringContaining('it differs from what was stored')],
      ['release.json', expect.stringContaining('it differs from what was stored')],
    ]);
  });

  test('a head that names a release without a record is reported by verify', async () => {
    await fs.rm(inStore('releases/1.0.0'), { recursive: true });
    expect((await verifyStore(await reopen())).damaged).toEqual([
      { version: '1.0.0', path: 'release.json', fault: 'missing' },
    ]);
  });

  test('a record that lists the manifest of another release is reported by verify', async () => {
    const other = await findRelease(store, '1.1.0');
    await changeRecord((record) => {
      const own = record.files.find((file) => file.path === 'gati.manifest.json')!;
      Object.assign(
        own,
        other.files.find((file) => file.path === own.path),
      );
    });
    expect((await verifyStore(await reopen())).damaged).toMatchObject([
      { version: '1.0.0', path: 'gati.manifest.json', fault: 'unreadable' },
    ]);
  });

  test.skipIf(process.platform === 'win32').each([
    ['a pipe without a writer', (file: string) => void execFileSync('mkfifo', [file])],
    ['a device without an end', (file: string) => fs.symlink('/dev/zero', file)],
    ['a folder', (file: string) => fs.mkdir(file)],
  ])('a read of a document that is %s ends', async (_what, make) => {
    const code = (await findRelease(store, '1.0.0')).files.find(({ path: name }) =>
      name.endsWith('release.mjs'),
    )!;
    for (const file of [
      recordFile(),
      inStore('heads/2/head.json'),
      inStore('blobs', code.sha256.slice(0, 2), code.sha256),
      inStore('servers/a.json'),
    ]) {
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.rm(file, { force: true });
      await make(file);
    }
    const again = await reopen();
    await expect(again.head()).rejects.toMatchObject({ code: 'GATI_STORE_DAMAGED' });
    await expect(findRelease(again, '1.0.0')).rejects.toMatchObject({
      code: 'GATI_RELEASE_DAMAGED',
    });
    expect(await again.blob(code.sha256, code.bytes)).toBeUndefined();
    expect(await again.notes()).toEqual([]);
  });

  test('a file that is longer than its record says is cut, and differs from its digest', async () => {
    const release = await findRelease(store, '1.0.0');
    const { sha256, bytes } = release.files[0]!;
    await fs.appendFile(inStore('blobs', sha256.slice(0, 2), sha256), 'x'.repeat(1_000_000));
    expect((await store.blob(sha256, bytes))!.byteLength).toBe(bytes + 1);
    expect((await verifyStore(store)).damaged).toMatchObject([{ fault: 'changed' }]);
  });
});

test('a read of a store that never responds ends with an error', async () => {
  const never = new Promise<never>(() => {});
  const hanging = withDeadlines(
    { ...store, tag: () => never, head: () => never, list: () => never, blob: () => never },
    { short: 10, long: 20 },
  );
  for (const reading of [hanging.tag(), hanging.head(), hanging.list(), hanging.blob('', 1)])
    await expect(reading).rejects.toThrow(/did not respond within/);
  expect((await hanging.notes()).length).toBe(0);
});

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ReleaseStore } from '../../../src/ports.ts';
import { activateRelease, openReleaseStore, rollbackRelease } from '../../../src/releases/index.ts';
import { putSealed } from '../../helpers/sealed.ts';
import { type RunningServer, useServer } from '../helpers/harness.ts';

/** Version of the server's own build, which was rolled back in the stores of these tests. */
const OWN = '1.2.3';

const server = useServer();
let root: string;
let store: ReleaseStore;

beforeEach(async () => {
  root = join(temporaryFolder('damaged-store'));
  store = await openReleaseStore(join(root, 'store'));
  await putSealed(store, '0.1.0', { at: '2026-01-01T00:00:00Z' });
  await putSealed(store, '0.2.0', { at: '2026-02-01T00:00:00Z' });
  await putSealed(store, OWN, { at: '2026-03-01T00:00:00Z' });
  for (const version of ['0.1.0', '0.2.0', OWN]) await activateRelease(store, version);
  await rollbackRelease(store);
});

const start = (): Promise<RunningServer> =>
  server.start({
    GATI_RELEASES: join(root, 'store'),
    GATI_CACHE: join(root, 'cache'),
  });

const inStore = (...names: string[]): string => join(root, 'store', ...names);

async function status(url: string, path: string, version?: string): Promise<number> {
  const headers = version === undefined ? undefined : { 'x-api-version': version };
  const response = await fetch(`${url}${path}`, { ...(headers && { headers }) });
  await response.text();
  return response.status;
}

async function versionOf(url: string, requested: string): Promise<unknown> {
  const response = await fetch(`${url}/which`, { headers: { 'x-api-version': requested } });
  const body = (await response.json()) as { version?: string };
  return body.version ?? response.status;
}

/** Rewrites the blob of a file of a release together with the digest in the record. */
async function replaceFile(version: string, path: string, text: string): Promise<void> {
  const { createHash } = await import('node:crypto');
  const sha256 = createHash('sha256').update(text).digest('hex');
  await store.putBlob(sha256, Buffer.from(text));
  const file = inStore('releases', version, 'release.json');
  const record = JSON.parse(await readFile(file, 'utf8')) as {
    files: { path: string; bytes: number; sha256: string }[];
  };
  const found = record.files.find((one) => one.path === path)!;
  Object.assign(found, { sha256, bytes: text.length });
  await writeFile(file, JSON.stringify(record));
}

describe('a restarted server', () => {
  test.each([
    ['record', () => writeFile(inStore('releases/0.1.0/release.json'), '{"version":')],
    ['manifest', () => replaceFile('0.1.0', 'gati.manifest.json', '{"format":1}')],
  ])('serves all other releases when the %s of an old one is damaged', async (_what, damage) => {
    await damage();
    const { url, stdout } = await start();
    expect(await status(url, '/readyz')).toBe(200);
    expect(await versionOf(url, '*')).toBe('0.2.0');
    expect(await versionOf(url, '0.2.0')).toBe('0.2.0');
    // Neither a range nor a time resolves to another release than the damaged one.
    expect(await versionOf(url, '0.1.0')).toBe(503);
    expect(await versionOf(url, '~0.1')).toBe(503);
    expect(await versionOf(url, '2026-01-15T00:00:00Z')).toBe(503);
    expect(stdout()).toContain('GATI_RELEASE_DAMAGED');
  });

  test.each([
    ['its record is damaged', () => writeFile(inStore('releases/0.2.0/release.json'), '[]')],
    ['its record is missing', () => rm(inStore('releases/0.2.0'), { recursive: true })],
    ['its manifest is damaged', () => replaceFile('0.2.0', 'gati.manifest.json', '{}')],
    ['its code is damaged', () => replaceFile('0.2.0', 'server/release.mjs', 'throw 1')],
    ['the head is damaged', () => writeFile(inStore('heads/4/head.json'), '{"current":')],
    ['the store is no folder', () => replaceStore()],
  ])(
    'is alive but not ready, and serves no other release as current, when %s',
    async (_, damage) => {
      await damage();
      const { url, stdout, seen } = await start();
      await seen('not ready');
      expect(await status(url, '/livez')).toBe(200);
      expect(await status(url, '/readyz')).toBe(503);
      for (const version of [undefined, '*', '0.2.0', OWN])
        expect(await status(url, '/which', version)).toBe(503);
      expect(stdout()).toMatch(/GATI_(RELEASE_DAMAGED|RELEASE_WARMUP|STORE_DAMAGED|STORE_LOST)/);
    },
  );

  test('becomes ready when the damage is repaired', async () => {
    const file = inStore('heads/4/head.json');
    await rename(file, `${file}.aside`);
    const { url, seen } = await start();
    await seen('not ready');
    expect(await status(url, '/which')).toBe(503);
    await rename(`${file}.aside`, file);
    await until('the server is ready', async () => (await status(url, '/readyz')) === 200);
    expect(await versionOf(url, '*')).toBe('0.2.0');
  });
});

test('a running server keeps its releases when the store is damaged', async () => {
  const { url, seen } = await start();
  expect(await versionOf(url, '*')).toBe('0.2.0');
  await rm(inStore('releases/0.2.0'), { recursive: true });
  await writeFile(inStore('heads/4/head.json'), '');
  await activateDamaged();
  await seen('GATI_STORE_DAMAGED');
  expect(await versionOf(url, '*')).toBe('0.2.0');
  expect(await status(url, '/readyz')).toBe(200);
});

test('a roll waits until the new worker knows the current release', async () => {
  const { url, child, seen } = await start();
  expect(await versionOf(url, '*')).toBe('0.2.0');
  const head = inStore('heads/4/head.json');
  const text = await readFile(head, 'utf8');
  await writeFile(head, '');
  child.kill('SIGUSR2');
  await seen('"rolling"');
  // The old worker still serves, for longer than a worker takes to start.
  for (let n = 0; n < 40; n++) {
    expect(await versionOf(url, '*')).toBe('0.2.0');
    await sleep(40);
  }
  await writeFile(head, text);
  await seen('"rolled"');
  expect(await versionOf(url, '*')).toBe('0.2.0');
});

/** Adds a head that is damaged, so that a running server reads it. */
async function activateDamaged(): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(inStore('heads/5'));
  await writeFile(inStore('heads/5/head.json'), '{"current":');
}

async function replaceStore(): Promise<void> {
  await rm(inStore(), { recursive: true });
  await writeFile(inStore(), 'no folder');
}

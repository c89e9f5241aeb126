import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type App, createApp } from '../../../src/app/index.ts';
import { createGlobalContext } from '../../../src/global-context/create-global-context.ts';
import type { ReleaseStore, StoredRelease } from '../../../src/ports.ts';
import {
  activateRelease,
  deprecateRelease,
  openReleaseStore,
  retireRelease,
  rollbackRelease,
} from '../../../src/releases/index.ts';
import { quarantineRelease } from '../../../src/releases/store/quarantine.ts';
import type { ReleaseManager } from '../../../src/releases/manager/release-manager.ts';
import { openReleases } from '../../../src/server/worker/open-releases.ts';
import type { OpenedReleases } from '../../../src/server/worker/release-source.ts';
import { bundle, context } from '../../helpers/bundle.ts';
import { putSealed, writeSealed } from '../../helpers/sealed.ts';

let root: string;
let store: ReleaseStore;
let releases: OpenedReleases | undefined;
let app: App;
let logged: Record<string, unknown>[];
let crowded: number;

const own = (version: string) => ({
  ...bundle({ 'GET /which': { handler: () => ({ version }) } }, {}, version),
  id: 'rel_own',
});

async function start(
  options: {
    version?: string;
    id?: string;
    store?: string | undefined;
    folder?: string;
    unused?: number;
  } = {},
): Promise<void> {
  const build = { ...own(options.version ?? '1.0.0'), id: options.id ?? 'rel_own' };
  logged = [];
  crowded = 0;
  const { logger } = context(build, logged);
  releases = await openReleases({
    own: build,
    rules: {
      servesClient: true,
      servesRoute: () => true,
      createContext: (release, date) =>
        createGlobalContext({
          release,
          deployedAt: new Date(date),
          mode: 'production',
          logger,
          env: {},
        }),
    },
    folder: options.folder,
    store: 'store' in options ? options.store : join(root, 'store'),
    cache: join(root, 'cache'),
    usage: (release) => app.releaseUsage(release),
    onTooManyReleases: () => crowded++,
    logger,
    unused: options.unused,
  });
  const { source: host } = releases;
  app = createApp({
    releases: () => host.releases(),
    context: (release) => host.context(release),
    mode: 'production',
    logger,
  });
}

const many = (): ReleaseManager => releases!.source as ReleaseManager;

async function ask(version?: string): Promise<[number, string | undefined]> {
  const answer = await app.fetch(
    new Request(
      'http://localhost/which',
      version === undefined ? {} : { headers: { 'x-api-version': version } },
    ),
  );
  const body = (await answer.json()) as { version?: string; code?: string };
  return [answer.status, body.version ?? body.code];
}

async function documentOf(version: string): Promise<unknown> {
  const answer = await app.fetch(new Request(`http://localhost/versions/${version}`));
  return ((await answer.json()) as { info?: { version: string } }).info?.version;
}

/** Adds the log to the error of a failure. */
const waitUntil = (what: string, condition: () => boolean | Promise<boolean>): Promise<true> =>
  until(what, condition, { explain: () => JSON.stringify(logged) });

/** Waits until this server has the release as its current one. */
const current = (version: string): Promise<true> =>
  waitUntil(`${version} is current`, () => releases?.source.currentVersion === version);

beforeEach(async () => {
  root = temporaryFolder('release-manager');
  store = await openReleaseStore(join(root, 'store'));
});
afterEach(async () => {
  await app.close();
  await releases?.close(1000);
  releases = undefined;
});

describe('without a store', () => {
  test('serves its own build under any date', async () => {
    await start({ store: undefined });
    expect(await ask()).toEqual([200, '1.0.0']);
    expect(await ask('2020-01-01')).toEqual([200, '1.0.0']);
  });

  test('serves its own build when the manifest beside it is missing or unreadable', async () => {
    await mkdir(join(root, 'dist'));
    await symlink('gati.manifest.json', join(root, 'dist', 'gati.manifest.json'));
    await start({ store: undefined, folder: join(root, 'dist', 'server', 'releases') });
    expect(await ask()).toEqual([200, '1.0.0']);
  });

  test('serves the releases that the build bundled', async () => {
    const folder = join(root, 'dist', 'server', 'releases');
    await writeSealed(join(folder, '0.9.0'), '0.9.0');
    await writeSealed(join(folder, '0.8.0'), '0.8.0');
    await writeSealed(join(folder, '0.6.0'), '0.6.0');
    await writeFile(join(folder, '0.6.0', 'gati.manifest.json'), '{"format":1}');
    const info = (version: string, date: string, status: string) => ({
      version,
      id: `rel_${version}`,
      date,
      status,
    });
    const list = [
      info('0.9.0', '2026-02-01T00:00:00Z', 'deprecated'),
      info('0.8.0', '2026-01-01T00:00:00Z', 'retired'),
      info('0.7.0', '2025-01-01T00:00:00Z', 'retired'),
      info('0.6.0', '2024-01-01T00:00:00Z', 'live'),
    ];
    await writeFile(join(folder, 'index.json'), JSON.stringify({ releases: list }));
    await start({ store: undefined, folder });
    expect(await ask('0.9.0')).toEqual([200, '0.9.0']);
    expect(await documentOf('0.9.0')).toBe('0.9.0');
    expect(await ask('2026-02-02')).toEqual([200, '1.0.0']);
    expect(await ask('2026-02-01T00:00:00Z')).toEqual([200, '0.9.0']);
    expect(await ask('0.8.0')).toEqual([410, 'version_retired']);
    expect(await ask('0.7.0')).toEqual([410, 'version_retired']);
    // Its manifest is damaged.
    expect(await ask('0.6.0')).toEqual([503, 'release_unavailable']);
    expect(await ask()).toEqual([300, 'version_missing']);
  });
});

describe('with a store', () => {
  test('reads the document of a bundled release from the store if the build has none', async () => {
    const folder = join(root, 'dist', 'server', 'releases');
    await writeSealed(join(folder, '0.9.0'), '0.9.0');
    await rm(join(folder, '0.9.0', 'openapi.json'));
    await putSealed(store, '0.9.0', { at: '2026-02-01T00:00:00Z' });
    await activateRelease(store, '0.9.0');
    const [{ id, date }] = (await store.list()) as [StoredRelease];
    await writeFile(
      join(folder, 'index.json'),
      JSON.stringify({ releases: [{ version: '0.9.0', id, date, status: 'live' }] }),
    );
    await start({ folder });
    expect(await ask('0.9.0')).toEqual([200, '0.9.0']);
    expect(await documentOf('0.9.0')).toBe('0.9.0');
    // The server still runs the code in `folder`.
    expect(await readdir(root)).not.toContain('cache');
  });

  test('has the document of its own build, also after another build into its folder', async () => {
    const dist = join(root, 'dist');
    const folder = join(dist, 'server', 'releases');
    await writeSealed(dist, '1.0.0');
    await start({ folder });
    expect(await documentOf('1.0.0')).toBe('1.0.0');
    await writeSealed(dist, '2.0.0-next');
    expect(await documentOf('1.0.0')).toBeUndefined();
    await app.close();
    await releases?.close(1000);

    await putSealed(store, '1.0.0');
    const [{ id }] = (await store.list()) as [StoredRelease];
    await writeSealed(dist, '1.0.0');
    await start({ id, folder });
    await writeSealed(dist, '2.0.0-next');
    expect(await documentOf('1.0.0')).toBe('1.0.0');
  });

  test('loads a release once, at its first request', async () => {
    await putSealed(store, '0.1.0', { at: '2026-01-01T00:00:00Z' });
    await activateRelease(store, '0.1.0');
    await putSealed(store, '0.2.0', { at: '2026-02-01T00:00:00Z' });
    await activateRelease(store, '0.2.0');
    await start();
    // The server has loaded the current release, and not even fetched the other one.
    expect(await readdir(join(root, 'cache'))).toHaveLength(1);
    expect(many().known('0.1.0')?.instance.isLoaded).toBe(false);
    const answers = await Promise.all([ask('0.1.0'), ask('0.1.0'), ask('2026-01-15'), ask('~0.1')]);
    expect(answers).toEqual(Array.from({ length: 4 }, () => [200, '0.1.0']));
    expect(await readdir(join(root, 'cache'))).toHaveLength(2);
    expect(await ask()).toEqual([300, 'version_missing']);
    expect(await ask('1.0.0')).toEqual([200, '1.0.0']);
    const document = await app.fetch(new Request('http://localhost/versions/0.1.0'));
    expect(await document.json()).toMatchObject({ info: { version: '0.1.0' } });
    const answer = await app.fetch(new Request('http://localhost/which?api-version=0.1.0'));
    expect(((await answer.json()) as { deployed: string }).deployed).toBe(
      '2026-01-01T00:00:00.000Z',
    );
  });

  test('follows activations, deprecations, rollbacks and retirements', async () => {
    await start();
    expect(await ask()).toEqual([200, '1.0.0']);
    await putSealed(store, '1.1.0');
    expect(await ask('1.1.0')).toEqual([406, 'version_unknown']);
    await activateRelease(store, '1.1.0');
    await current('1.1.0');
    expect(await ask('^1')).toEqual([200, '1.1.0']);
    await putSealed(store, '2.0.0');
    await activateRelease(store, '2.0.0');
    await current('2.0.0');
    expect(await ask('*')).toEqual([200, '2.0.0']);
    await rollbackRelease(store);
    await current('1.1.0');
    expect(await ask('*')).toEqual([200, '1.1.0']);
    expect(await ask('2.0.0')).toEqual([200, '2.0.0']);
    await activateRelease(store, '2.0.0');
    await current('2.0.0');
    await deprecateRelease(store, '1.1.0', {
      at: '2026-05-01T00:00:00Z',
      sunset: '2027-01-01T00:00:00Z',
    });
    await waitUntil(
      '1.1.0 has a sunset',
      async () =>
        (await app.fetch(new Request('http://localhost/which?api-version=1.1.0'))).headers.get(
          'sunset',
        ) !== null,
    );
    await retireRelease(store, '1.1.0');
    await waitUntil('1.1.0 is retired', async () => (await ask('1.1.0'))[0] === 410);
  });

  test('the own build responds to its exact version only, if another release is current and it never was', async () => {
    await putSealed(store, '0.9.0');
    await activateRelease(store, '0.9.0');
    await start({ version: '1.0.0' });
    expect(await ask()).toEqual([200, '0.9.0']);
    expect(await ask('>=0.9')).toEqual([200, '0.9.0']);
    expect(await ask('^1')).toEqual([406, 'version_unknown']);
    expect(await ask('1.0.0')).toEqual([200, '1.0.0']);
  });

  test('a release that can not start gets no requests, and starts after another activation', async () => {
    const file = join(root, 'healthy');
    const sick = `{ store: () => ({ default: { setup: async () => { const { access } = await import('node:fs/promises'); await access(${JSON.stringify(file)}); return {}; } } }) }`;
    await start();
    await putSealed(store, '1.1.0', { modules: sick });
    await activateRelease(store, '1.1.0');
    await waitUntil('the log reports the warm-up', () =>
      logged.some(({ code }) => code === 'GATI_RELEASE_WARMUP'),
    );
    expect(await ask()).toEqual([200, '1.0.0']);
    expect(await ask('1.1.0')).toEqual([406, 'version_unknown']);
    await waitUntil('the store notes the failure', async () =>
      (await store.notes()).some(
        ({ failed, current: at }) => failed?.version === '1.1.0' && at === '1.0.0',
      ),
    );
    await writeFile(file, '');
    await putSealed(store, '1.0.1');
    await activateRelease(store, '1.0.1');
    await current('1.0.1');
    await activateRelease(store, '1.1.0');
    await current('1.1.0');
    expect(await ask('1.1.0')).toEqual([200, '1.1.0']);
    await waitUntil('the store notes the recovery', async () =>
      (await store.notes()).some(
        ({ failed, current: at }) => failed === undefined && at === '1.1.0',
      ),
    );
  });

  test('a quarantined release gets no requests on a server of the same build', async () => {
    await putSealed(store, '0.9.0', { at: '2026-01-01T00:00:00Z' });
    await putSealed(store, '1.0.0', { at: '2026-02-01T00:00:00Z' });
    await activateRelease(store, '0.9.0');
    const { activation } = await activateRelease(store, '1.0.0');
    await quarantineRelease(store, {
      version: '1.0.0',
      activatedAt: activation!.at,
      reason: 'Workers died.',
      server: 'web-1',
    });
    await start();
    expect(await ask()).toEqual([200, '0.9.0']);
    expect(await ask('1.0.0')).toEqual([406, 'version_unknown']);
    await activateRelease(store, '1.0.0', { force: true });
    await current('1.0.0');
    expect(await ask('1.0.0')).toEqual([200, '1.0.0']);
  });

  test('does not serve a bundle of another ABI or a damaged one', async () => {
    await putSealed(store, '0.1.0', { abi: 99 });
    await putSealed(store, '0.2.0');
    for (const version of ['0.1.0', '0.2.0']) await activateRelease(store, version);
    await putSealed(store, '0.3.0');
    await activateRelease(store, '0.3.0');
    const damaged = (await store.list()).find(({ version }) => version === '0.2.0')!;
    const { sha256 } = damaged.files.find(({ path }) => path.endsWith('release.mjs'))!;
    await writeFile(join(root, 'store', 'blobs', sha256.slice(0, 2), sha256), 'export default 1;');
    await start();
    expect(await ask('0.1.0')).toEqual([503, 'release_unavailable']);
    expect(await ask('0.2.0')).toEqual([503, 'release_unavailable']);
    expect(await ask('0.3.0')).toEqual([200, '0.3.0']);
    const codes = logged.map(({ error }) => (error as { code?: string } | undefined)?.code);
    expect(codes).toEqual(expect.arrayContaining(['GATI_RELEASE_ABI', 'GATI_RELEASE_DAMAGED']));
  });

  test('closes an unused release and opens it again at the next request', async () => {
    const events = join(root, 'events');
    const module = `{ store: () => ({ default: { setup: async () => (await import('node:fs')).appendFileSync(${JSON.stringify(events)}, 'up '), dispose: async () => (await import('node:fs')).appendFileSync(${JSON.stringify(events)}, 'down ') } }) }`;
    await putSealed(store, '0.1.0', { modules: module });
    await activateRelease(store, '0.1.0');
    await putSealed(store, '0.2.0');
    await activateRelease(store, '0.2.0');
    await start({ unused: 200 });
    const { readFileSync } = await import('node:fs');
    await ask('0.1.0');
    expect(readFileSync(events, 'utf8')).toBe('up ');
    await waitUntil('the unused release is closed', () => {
      many().sweep();
      return readFileSync(events, 'utf8') === 'up down ';
    });
    expect(await Promise.all([ask('0.1.0'), ask('0.1.0')])).toEqual([
      [200, '0.1.0'],
      [200, '0.1.0'],
    ]);
    expect(readFileSync(events, 'utf8')).toBe('up down up ');
  });

  test('reports too many releases when the code of many ended ones is in memory', async () => {
    await start();
    for (let minor = 0; minor < 11; minor++) {
      await putSealed(store, `2.${minor}.0`);
      await activateRelease(store, `2.${minor}.0`);
      await current(`2.${minor}.0`);
    }
    await activateRelease(store, '2.0.0');
    await current('2.0.0');
    await putSealed(store, '3.0.0');
    await activateRelease(store, '3.0.0');
    await current('3.0.0');
    expect(crowded).toBe(0);
    for (let minor = 0; minor < 11; minor++) await retireRelease(store, `2.${minor}.0`);
    await waitUntil('a new process is requested', () => crowded === 1);
  });

  test('migrations of the current release serve a retired release and its queued jobs', async () => {
    const migration =
      "{ routes: { 'GET /which': { down: ({ body }) => ({ body: { version: 'was ' + body.version } }) } }, effects: { mail: (old) => ({ to: old.address }) } }";
    await putSealed(store, '0.9.0', { at: '2026-01-01T00:00:00Z' });
    await activateRelease(store, '0.9.0');
    await putSealed(store, '2.0.0', {
      migrations: `[{ from: '0.x', to: '2.0.0', migration: ${migration} }]`,
    });
    await activateRelease(store, '2.0.0');
    await retireRelease(store, '0.9.0');
    await start();
    expect(await ask('0.9.0')).toEqual([200, 'was 2.0.0']);
    expect(await ask('2026-01-15')).toEqual([200, 'was 2.0.0']);
    expect(many().known('0.9.0')?.instance.isLoaded).toBe(false);
    expect(await many().migratePayload('mail', { address: 'a' }, '0.9.0')).toEqual({
      payload: { to: 'a' },
    });
    expect(await many().migratePayload('mail', { address: 'a' }, '1.0.0')).toBeUndefined();
    expect(await many().migratePayload('other', {}, '0.9.0')).toBeUndefined();
    // The new current release has no migration for 0.9.0.
    await putSealed(store, '3.0.0');
    await activateRelease(store, '3.0.0');
    await current('3.0.0');
    expect(await ask('0.9.0')).toEqual([410, 'version_retired']);
  });

  test('keeps serving when the store does not respond', async () => {
    await putSealed(store, '1.1.0');
    await activateRelease(store, '1.1.0');
    await start();
    await rm(join(root, 'store'), { recursive: true });
    await writeFile(join(root, 'store'), 'no folder');
    expect(await ask('1.1.0')).toEqual([200, '1.1.0']);
    expect(await ask('1.0.0')).toEqual([200, '1.0.0']);
  });
});

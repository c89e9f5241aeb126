import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, describe, expect, test } from 'vitest';
import { createStyle } from '../../../src/command/style.ts';
import type { ReleaseStore, ServerNote, StoreHead } from '../../../src/ports.ts';
import {
  activateRelease,
  deprecateRelease,
  openReleaseStore,
  putRelease,
  RELEASE_COMMANDS,
  rollbackRelease,
} from '../../../src/releases/index.ts';
import { quarantineRelease } from '../../../src/releases/store/quarantine.ts';
import { writeBuild } from '../helpers/builds.ts';

const REASON = 'The module "db" could not be set up: no such table.';

let folder: string;
let store: ReleaseStore;

const head = async (): Promise<StoreHead> => (await store.head()).head;

/** Takes the last activation back, as a server does. */
const takeBack = async (version: string): Promise<StoreHead | undefined> => {
  const { activation } = await head();
  return quarantineRelease(store, {
    version,
    activatedAt: activation!.at,
    reason: REASON,
    server: 'web-1',
  });
};

const run = (
  name: 'activate' | 'releases',
  words: string[],
  flags: { wait?: boolean; force?: boolean; timeout?: string } = {},
): Promise<{ lines: string[]; document: unknown }> =>
  RELEASE_COMMANDS[name].run({
    store,
    words,
    flags,
    style: createStyle(false),
    progress: () => {},
  });

beforeEach(async () => {
  folder = temporaryFolder('quarantine');
  store = await openReleaseStore(join(folder, 'store'));
  for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
    await putRelease(store, await writeBuild(join(folder, version), version));
  }
});

describe('a quarantine', () => {
  test('makes the release before current again and keeps the reason', async () => {
    await activateRelease(store, '1.0.0');
    await activateRelease(store, '1.1.0');
    await activateRelease(store, '2.0.0');
    await takeBack('2.0.0');
    expect(await head()).toEqual({
      current: '1.1.0',
      before: ['1.0.0'],
      marks: {
        '1.0.0': { status: 'live' },
        '1.1.0': { status: 'live' },
        '2.0.0': {
          status: 'staged',
          quarantine: { reason: REASON, at: expect.any(String) as string, server: 'web-1' },
        },
      },
    });
  });

  test('leaves no current release when there was none before', async () => {
    await activateRelease(store, '1.0.0');
    const after = await takeBack('1.0.0');
    expect(after).toMatchObject({ before: [], marks: { '1.0.0': { status: 'staged' } } });
    expect(after).not.toHaveProperty('current');
  });

  test('restores the status that an older release had before its activation', async () => {
    for (const version of ['1.0.0', '1.1.0']) await activateRelease(store, version);
    await deprecateRelease(store, '1.0.0', { at: '2026-01-01T00:00:00Z' });
    await activateRelease(store, '1.0.0');
    await activateRelease(store, '1.0.0', { force: true });
    const after = await takeBack('1.0.0');
    expect(after).toMatchObject({
      current: '1.1.0',
      marks: { '1.0.0': { status: 'deprecated', deprecatedAt: '2026-01-01T00:00:00Z' } },
    });
  });

  test('changes nothing when another activation or a rollback came first', async () => {
    await activateRelease(store, '1.0.0');
    await activateRelease(store, '1.1.0');
    const old = (await head()).activation!;
    const late = { version: '1.1.0', activatedAt: old.at, reason: REASON, server: 'web-1' };
    await sleep(2);
    await activateRelease(store, '1.1.0', { force: true });
    expect(await quarantineRelease(store, late)).toBeUndefined();
    expect((await head()).current).toBe('1.1.0');
    await activateRelease(store, '2.0.0');
    await rollbackRelease(store);
    expect(await head()).not.toHaveProperty('activation');
    expect(await quarantineRelease(store, late)).toBeUndefined();
    expect((await head()).current).toBe('1.1.0');
  });

  test('only one of two servers that take a release back changes the head', async () => {
    await activateRelease(store, '1.0.0');
    await activateRelease(store, '2.0.0');
    const results = await Promise.all([takeBack('2.0.0'), takeBack('2.0.0'), takeBack('2.0.0')]);
    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
    expect((await head()).current).toBe('1.0.0');
  });

  test('cuts a reason that is too long for the head', async () => {
    await activateRelease(store, '1.0.0');
    const { at } = (await head()).activation!;
    const reason = 'x'.repeat(100_000);
    await quarantineRelease(store, { version: '1.0.0', activatedAt: at, reason, server: 'web-1' });
    expect((await head()).marks['1.0.0']!.quarantine!.reason).toHaveLength(2000);
  });

  test.each([
    { activation: { version: '1.0.0', at: 5 } },
    { activation: 'yesterday' },
    { marks: { '1.0.0': { status: 'staged', quarantine: 'bad' } } },
    { activation: { version: '1.0.0', at: '', mark: { status: 'staged', quarantine: {} } } },
  ])('a head with %j is damaged', async (part) => {
    await activateRelease(store, '1.0.0');
    const file = join(folder, 'store', 'heads', '1', 'head.json');
    await writeFile(file, JSON.stringify({ ...(await head()), ...part }));
    await expect(store.head()).rejects.toMatchObject({ code: 'GATI_STORE_DAMAGED' });
  });
});

describe('commands on a quarantined release', () => {
  beforeEach(async () => {
    await activateRelease(store, '1.0.0');
    await activateRelease(store, '2.0.0');
    await takeBack('2.0.0');
  });

  test('activate rejects a quarantined release without --force', async () => {
    await expect(run('activate', ['2.0.0'])).rejects.toMatchObject({
      code: 'GATI_RELEASE_QUARANTINED',
      message: expect.stringContaining(REASON) as string,
    });
    expect((await head()).current).toBe('1.0.0');
    await run('activate', ['2.0.0'], { force: true });
    expect(await head()).toMatchObject({
      current: '2.0.0',
      marks: { '2.0.0': { status: 'live' } },
    });
    expect((await head()).marks['2.0.0']).not.toHaveProperty('quarantine');
  });

  test('releases show and list name the quarantine and its reason', async () => {
    const shown = await run('releases', ['show', '2.0.0']);
    expect(shown.lines).toContain('status        quarantined');
    expect(shown.lines.join('\n')).toMatch(/^taken back {4}\S+ by web-1: .*no such table\.$/m);
    expect(shown.document).toMatchObject({
      status: 'staged',
      quarantine: { reason: REASON, server: 'web-1' },
    });
    const { lines } = await run('releases', ['list']);
    expect(lines.find((line) => line.includes('2.0.0'))).toContain('quarantined');
  });
});

describe('activate --wait', () => {
  const note = (part: Partial<ServerNote> & { instance: string }): Promise<void> =>
    store.putNote({ until: Date.now() + 90_000, ...part });
  const failed = { version: '2.0.0', reason: REASON };
  const wait = (): Promise<unknown> => run('activate', ['2.0.0'], { wait: true, timeout: '240' });
  const whenActive = async (): Promise<void> => {
    while ((await head()).current !== '2.0.0') await sleep(10);
  };

  beforeEach(() => activateRelease(store, '1.0.0'));

  test('ends with the reason when the servers take the release back', async () => {
    await note({ instance: 'web-1-1', server: 'web-1', current: '1.0.0' });
    const waited = expect(wait()).rejects.toMatchObject({
      code: 'GATI_RELEASE_QUARANTINED',
      message: expect.stringMatching(
        /web-1 took it back .* 1\.0\.0 is current\. .*no such table/,
      ) as string,
    });
    await whenActive();
    await note({ instance: 'web-1-1', server: 'web-1', current: '1.0.0', failed });
    await takeBack('2.0.0');
    await waited;
  });

  test('waits for the other servers when one has failed, then names the failed one', async () => {
    await note({ instance: 'web-1-1', current: '1.0.0' });
    await note({ instance: 'web-2-1', current: '1.0.0' });
    const lines: string[] = [];
    const waited = expect(
      RELEASE_COMMANDS.activate.run({
        store,
        style: createStyle(false),
        words: ['2.0.0'],
        flags: { wait: true, timeout: '240' },
        progress: (line) => lines.push(line),
      }),
    ).rejects.toMatchObject({
      code: 'GATI_ACTIVATE_WAIT',
      message: expect.stringContaining('web-1-1 could not start it') as string,
    });
    await whenActive();
    await note({ instance: 'web-1-1', current: '1.0.0', failed });
    await expect.poll(() => lines).toContain('waiting for 2 of 2 processes');
    await note({ instance: 'web-2-1', current: '2.0.0' });
    await waited;
  });

  test('ends when another release becomes current', async () => {
    await note({ instance: 'web-1-1', current: '1.0.0' });
    const waited = expect(wait()).rejects.toMatchObject({
      code: 'GATI_ACTIVATE_WAIT',
      message: expect.stringContaining('2.0.0 is no longer current in the store: 1.1.0') as string,
    });
    await whenActive();
    await activateRelease(store, '1.1.0');
    await waited;
  });
});

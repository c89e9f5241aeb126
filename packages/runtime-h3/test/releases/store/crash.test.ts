import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { beforeAll, expect, test } from 'vitest';
import {
  activateRelease,
  listReleases,
  findRelease,
  materialize,
  openReleaseStore,
  putRelease,
  statusOf,
  verifyStore,
} from '../../../src/releases/index.ts';
import { writeBuild } from '../helpers/builds.ts';
import { runProcess } from '../helpers/processes.ts';

/**
 * `STORE_KILLS=300 npx vitest run --project runtime-h3 releases/store/crash` kills at more points.
 */
const KILLS = Number(process.env.STORE_KILLS ?? 8);
let folder: string;

beforeAll(async () => {
  folder = temporaryFolder('crash');
});

test(
  `after kill -9 of the writer at ${KILLS} points no release is torn`,
  { timeout: 300_000 + KILLS * 10_000 },
  async () => {
    const url = path.join(folder, 'store');
    let listed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, done } = runProcess('../helpers/crashing-writer.ts', [
        url,
        path.join(folder, 'builds'),
      ]);
      done.catch(() => undefined);
      let printed = '';
      child.stdout!.on('data', (chunk: Buffer) => (printed += String(chunk)));
      // A random moment after none, one or two releases.
      await until(
        'the writer has stored releases',
        () => printed.includes('begun') && printed.split('stored').length > kill % 3,
      );
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100));
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
      expect(child.signalCode).toBe('SIGKILL');

      const store = await openReleaseStore(url);
      const releases = await listReleases(store);
      expect(releases.length).toBeGreaterThanOrEqual(listed);
      listed = releases.length;
      expect((await verifyStore(store)).damaged).toEqual([]);
      const { head } = await store.head();
      if (head.current !== undefined) {
        expect(releases.map(({ version }) => version)).toContain(head.current);
        expect(statusOf(head, head.current)).toBe('live');
        const release = await findRelease(store, head.current);
        await materialize(store, release, path.join(folder, `cache-${kill}`));
      }
      // A killed writer leaves no lock, so the next writer does not wait.
      const version = `0.0.${kill}`;
      await putRelease(store, await writeBuild(path.join(folder, 'builds', version), version));
      listed++;
      expect((await activateRelease(store, version)).current).toBe(version);
    }
    expect(listed).toBeGreaterThan(KILLS);
  },
);

import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { editFile } from '@gati/test-kit/files';
import { runProcess } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import type { CreatedApp } from '../helpers/describe-lifecycle.ts';
import { CAPTURE_FILE } from './capture.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- documents whose members a test reads
type Document = Record<string, any>;

/** Declares tests of `gati release`, `activate`, `rollback`, `releases` and `diff` on a running server. */
export function describeReleases(app: CreatedApp): void {
  describe('the release commands', () => {
    let env: NodeJS.ProcessEnv;
    beforeAll(() => {
      const folder = temporaryFolder('releases');
      env = {
        ...app.env,
        GATI_RELEASES: path.join(folder, 'store'),
        GATI_CACHE: path.join(folder, 'cache'),
        GATI_PROOF_QUIET: '0',
      };
    });

    /** The document that `gati … --json` prints, with the exit code of the process. */
    const gati = async (...args: string[]): Promise<Document & { exit: number | null }> => {
      const { code, stdout, stderr } = await runProcess('npx', ['gati', ...args, '--json'], {
        cwd: app.folder,
        env,
      });
      expect(stdout, stderr).not.toBe('');
      return { ...(JSON.parse(stdout) as Document), exit: code };
    };

    test('store, activate, roll back, list and compare releases while a server runs', async () => {
      const first = await gati('build');
      expect(first).toMatchObject({ exit: 0, version: '0.1.0', bump: 'none' });
      expect(await gati('release', '--at', '2026-01-01T00:00:00Z')).toMatchObject({
        exit: 0,
        version: '0.1.0',
        id: first['id'],
        bump: 'none',
      });

      const server = await startBuiltServer(app.folder, env);
      /** Calls a version, and returns the status with the version that responded. */
      const callVersion = async (version: string): Promise<unknown> => {
        const { status, headers } = await call(`${server.url}/payments/p1/capture`, {
          method: 'POST',
          body: { amount: 5 },
          headers: { 'x-api-version': version },
        });
        return { status, version: headers.get('x-api-version') };
      };
      // `--wait` returns after the server has switched, so no test below has to wait.
      expect(await gati('activate', '0.1.0', '--wait')).toMatchObject({
        exit: 0,
        current: '0.1.0',
      });
      expect(await callVersion('*')).toEqual({ status: 202, version: '0.1.0' });

      editFile(path.join(app.folder, CAPTURE_FILE), (text) =>
        text.replace("{ state: 'capturing' }", "{ state: 'capturing', id: req.params.id }"),
      );
      expect(await gati('build', '--check')).toMatchObject({
        exit: 0,
        version: '0.1.1',
        since: '0.1.0',
        bump: 'minor',
      });
      expect(await gati('release')).toMatchObject({ exit: 0, version: '0.1.1', bump: 'minor' });
      expect(await callVersion('0.1.1')).toEqual({ status: 406, version: null });
      const activated = await gati('activate', '0.1.1', '--wait');
      expect(activated).toMatchObject({ exit: 0, current: '0.1.1', before: '0.1.0' });
      expect(activated['servers']).not.toEqual([]);
      expect(await callVersion('*')).toEqual({ status: 202, version: '0.1.1' });
      expect(await callVersion('0.1.0')).toEqual({ status: 202, version: '0.1.0' });

      expect(await gati('diff', '0.1.0', '0.1.1')).toMatchObject({
        exit: 0,
        bump: 'minor',
        changes: [
          {
            route: 'POST /payments/:id/capture',
            path: 'response/202/body/id',
            rule: expect.any(String),
            level: 'minor',
            message: expect.any(String),
          },
        ],
      });
      expect((await gati('releases', 'list'))['releases']).toMatchObject([
        { version: '0.1.1', status: 'live' },
        { version: '0.1.0', status: 'live', date: '2026-01-01T00:00:00.000Z' },
      ]);
      expect(await gati('releases', 'show', '0.1.0')).toMatchObject({
        exit: 0,
        version: '0.1.0',
        id: first['id'],
      });
      expect(await gati('releases', 'verify')).toMatchObject({ exit: 0, releases: 2, damaged: [] });
      expect(await gati('releases', 'prune', '--dry-run')).toMatchObject({ exit: 0, pruned: [] });

      expect(await gati('rollback', '--wait')).toMatchObject({
        exit: 0,
        current: '0.1.0',
        withdrawn: '0.1.1',
      });
      expect(await callVersion('*')).toEqual({ status: 202, version: '0.1.0' });
      expect(await callVersion('0.1.1')).toEqual({ status: 202, version: '0.1.1' });
      expect(await gati('activate', '9.9.9')).toMatchObject({ exit: 1 });
      expect(await gati('activate')).toMatchObject({ exit: 2 });
    });

    test('gati build --check exits with 1 on a breaking change unless --allow-major is given', async () => {
      editFile(path.join(app.folder, CAPTURE_FILE), (text) =>
        text.replace('{ amount: number }', '{ amount: number; currency: string }'),
      );
      expect(await gati('build', '--check')).toMatchObject({
        exit: 1,
        errors: [{ code: 'GATI_BREAKING_CHANGE' }],
      });
      expect(await gati('build', '--check', '--allow-major')).toMatchObject({
        exit: 0,
        version: '0.2.0',
        bump: 'major',
      });
    });
  });
}

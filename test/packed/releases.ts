import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editFile } from '@gati/test-kit/files';
import { runProcess } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import type { App } from './lifecycle.ts';

type Document = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- documents read by tests

/** `gati release`, `activate`, `rollback`, `releases` and `diff`, as scripts call them, with a server that runs meanwhile. */
export function describeReleases(app: App, handler: string): void {
  describe('releases', () => {
    let base: string;
    let env: NodeJS.ProcessEnv;
    beforeAll(() => {
      base = temporaryFolder('releases');
      env = {
        ...app.env,
        GATI_RELEASES: path.join(base, 'store'),
        GATI_CACHE: path.join(base, 'cache'),
      };
    });
    afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

    const gati = async (...args: string[]): Promise<Document & { exit: number | null }> => {
      const { code, stdout, stderr } = await runProcess('npx', ['gati', ...args, '--json'], {
        cwd: app.folder,
        env,
      });
      expect(stdout, stderr).not.toBe('');
      // One document and nothing else.
      return { ...(JSON.parse(stdout) as Document), exit: code };
    };

    test('are made, activated, rolled back, listed and compared under a running server', async () => {
      const first = await gati('build');
      expect(first).toMatchObject({ exit: 0, version: '0.1.0', bump: 'none' });
      expect(await gati('release', '--at', '2026-01-01T00:00:00Z')).toMatchObject({
        exit: 0,
        version: '0.1.0',
        id: first['id'],
        bump: 'none',
      });

      const server = await startBuiltServer(app.folder, env);
      const ask = async (version: string): Promise<unknown> => {
        const { status, headers } = await call(`${server.url}/payments/p1/capture`, {
          method: 'POST',
          body: { amount: 5 },
          headers: { 'x-api-version': version },
        });
        return [status, headers.get('x-api-version')];
      };
      // `--wait` returns when the server has it: nothing is polled here.
      expect(await gati('activate', '0.1.0', '--wait')).toMatchObject({
        exit: 0,
        current: '0.1.0',
      });
      expect(await ask('*')).toEqual([202, '0.1.0']);

      editFile(path.join(app.folder, handler), (text) =>
        text.replace("{ state: 'capturing' }", "{ state: 'capturing', id: req.params.id }"),
      );
      expect(await gati('build', '--check')).toMatchObject({
        exit: 0,
        version: '0.1.1',
        since: '0.1.0',
        bump: 'minor',
      });
      expect(await gati('release')).toMatchObject({ exit: 0, version: '0.1.1', bump: 'minor' });
      expect(await ask('0.1.1')).toEqual([406, null]);
      const activated = await gati('activate', '0.1.1', '--wait');
      expect(activated).toMatchObject({ exit: 0, current: '0.1.1', before: '0.1.0' });
      expect(activated['servers']).not.toEqual([]);
      expect(await ask('*')).toEqual([202, '0.1.1']);
      expect(await ask('0.1.0')).toEqual([202, '0.1.0']);

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
      expect(await ask('*')).toEqual([202, '0.1.0']);
      expect(await ask('0.1.1')).toEqual([202, '0.1.1']);
      expect(await gati('activate', '9.9.9')).toMatchObject({ exit: 1 });
      expect(await gati('activate')).toMatchObject({ exit: 2 });
    });

    test('a break stops `gati build --check` until it is meant', async () => {
      editFile(path.join(app.folder, handler), (text) =>
        text.replace('{ amount: number }', '{ amount: number; currency: string }'),
      );
      const refused = await gati('build', '--check');
      expect(refused).toMatchObject({ exit: 1, errors: [{ code: 'GATI_BREAKING_CHANGE' }] });
      expect(await gati('build', '--check', '--allow-major')).toMatchObject({
        exit: 0,
        version: '0.2.0',
        bump: 'major',
      });
    });
  });
}

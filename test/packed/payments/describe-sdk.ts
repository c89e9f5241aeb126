import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser, openPage } from '@gati/test-kit/browser';
import { editFile } from '@gati/test-kit/files';
import { runOrThrow, runProcess } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import type { CreatedApp } from '../helpers/describe-lifecycle.ts';
import { CJS_PROGRAM, ESM_PROGRAM, INVALID, PAGE, VALID } from './sdk-sources.ts';

/**
 * Declares tests that install the SDK of a build in an app without Gati, and call a server with it.
 */
export function describeSdk(app: CreatedApp): void {
  describe('the SDK of a build in another app', () => {
    let parent: string;
    let folder: string;
    let name: string;
    let version: string;
    const write = (file: string, text: string): void => {
      fs.writeFileSync(
        path.join(folder, file),
        text.replaceAll('NAME', name).replaceAll('VERSION', version),
      );
    };
    beforeAll(() => {
      parent = temporaryFolder('sdk');
      folder = path.join(parent, 'consumer');
    });

    test('installs from its tarball without other packages', async () => {
      // The page below has a different origin from the server.
      editFile(path.join(app.folder, 'vite.config.ts'), (text) =>
        text.replace('gati()', 'gati({ cors: { origins: true } })'),
      );
      const built = await runProcess('npx', ['gati', 'build', '--json'], {
        cwd: app.folder,
        env: app.env,
      });
      expect(built.code, built.stderr).toBe(0);
      const { sdk, ...made } = JSON.parse(built.stdout) as {
        sdk: string;
        name: string;
        version: string;
      };
      ({ name, version } = made);
      expect(path.relative(app.folder, sdk)).toBe(`sdk/${name}-${version}.tgz`);
      expect(fs.readFileSync(path.join(app.folder, '.gitignore'), 'utf8').split('\n')).toContain(
        'sdk',
      );

      const createVite = path.join(root, 'node_modules/create-vite/index.js');
      const options = [
        'consumer',
        '--template',
        'vanilla-ts',
        '--no-interactive',
        '--no-immediate',
      ];
      await runOrThrow(process.execPath, [createVite, ...options], { cwd: parent, env: app.env });
      await runOrThrow('npm', ['install', sdk, '@types/node@20'], { cwd: folder, env: app.env });
      const installed = path.join(folder, 'node_modules', name);
      expect(fs.existsSync(path.join(installed, 'node_modules'))).toBe(false);
      expect(fs.existsSync(path.join(folder, 'node_modules/vite-plugin-gati'))).toBe(false);
    });

    test('has exact types as ES module and as CommonJS, with and without the types of the DOM', async () => {
      for (const file of ['valid.mts', 'valid.cts']) write(file, VALID);
      write('invalid.mts', INVALID);
      for (const lib of [['es2023'], ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable']]) {
        const compilerOptions = {
          strict: true,
          noEmit: true,
          target: 'es2023',
          lib,
          module: 'nodenext',
          types: ['node'],
        };
        write(
          'tsconfig.node.json',
          JSON.stringify({ compilerOptions, files: ['valid.mts', 'valid.cts', 'invalid.mts'] }),
        );
        const { code, stdout } = await runProcess('npx', ['tsc', '-p', 'tsconfig.node.json'], {
          cwd: folder,
          env: app.env,
        });
        expect(stdout, lib.join()).toBe('');
        expect(code).toBe(0);
      }
    });

    test('calls a running server, as ES module and as CommonJS', async () => {
      write('run.mjs', ESM_PROGRAM);
      write('run.cjs', CJS_PROGRAM);
      const server = await startBuiltServer(app.folder, app.env);
      for (const file of ['run.mjs', 'run.cjs']) {
        const run = async (amount: string): Promise<unknown> => {
          const args = [file, server.url, amount];
          const { stdout } = await runOrThrow(process.execPath, args, {
            cwd: folder,
            env: app.env,
          });
          return JSON.parse(stdout);
        };
        expect(await run('5')).toEqual({
          ok: true,
          status: 202,
          data: { state: 'capturing' },
          version,
        });
        expect(await run('1000000')).toMatchObject({
          ok: false,
          status: 409,
          error: { error: 'ReservationFailed' },
        });
        expect(await run('x')).toMatchObject({
          ok: false,
          status: 400,
          error: { errors: [{ in: 'body', path: '/amount' }] },
        });
      }
    });

    test.skipIf(browserMissing)(
      'calls a running server from a page that contains it in its bundle',
      async () => {
        for (const file of ['valid.mts', 'valid.cts', 'invalid.mts'])
          fs.rmSync(path.join(folder, file));
        write('src/main.ts', PAGE);
        await runOrThrow('npm', ['run', 'build'], { cwd: folder, env: app.env });
        const [bundle] = fs
          .readdirSync(path.join(folder, 'dist/assets'))
          .filter((file) => file.endsWith('.js'));
        expect(fs.statSync(path.join(folder, 'dist/assets', bundle!)).size).toBeLessThan(15_000);
        const server = await startBuiltServer(app.folder, app.env);
        const preview = await startDevServer(folder, app.env, ['npx', 'vite', 'preview']);
        const browser = await openBrowser();
        try {
          const { page, errors } = await openPage(
            browser,
            `${preview.url}/?api=${encodeURIComponent(server.url)}`,
          );
          const expected = `202 ${version} reserved capturing captured`;
          await until(
            `the page shows ${expected}`,
            async () => (await page.textContent('#app')) === expected,
          );
          expect(errors).toEqual([]);
        } finally {
          await browser.close();
        }
      },
    );
    if (browserMissing)
      console.warn(`\n  !! The SDK is NOT tested in a browser: ${browserMissing}\n`);
  });
}

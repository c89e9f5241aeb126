import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser, openPage } from '@gati/test-kit/browser';
import { editFile } from '@gati/test-kit/files';
import { runProcess, runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import type { App } from './lifecycle.ts';

const RIGHT = `import { CallError, createClient, onCall, type PaymentsCaptureResult, type Problem, version } from 'NAME';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proven = <T extends true>(): T | undefined => undefined;

export async function capture(baseUrl: string, amount: number): Promise<PaymentsCaptureResult> {
  const stop = onCall(({ call }) => call.route);
  const client = createClient({ baseUrl });
  const result = await client.payments.capture({ params: { id: 'p1' }, body: { amount }, headers: { 'x-tenant': 1 } });
  stop();
  proven<Equal<typeof version, 'VERSION'>>();
  if (result.status === 202) proven<Equal<typeof result.data.state, 'capturing'>>();
  if (result.status === 409) proven<Equal<typeof result.error.error, 'ReservationFailed'>>();
  if (result.status === 410) {
    proven<Equal<typeof result.error, Problem>>();
    result.error.versions?.map((each): string => each.version);
  }
  if (result.ok) proven<Equal<typeof result.status, 202>>();
  for await (const { state } of await events(baseUrl)) proven<Equal<typeof state, 'captured' | 'capturing' | 'reserved'>>();
  return result;
}

async function events(baseUrl: string) {
  try {
    return (await createClient({ baseUrl, throwOnError: true }).payments.events({ params: { id: 'p1' } })).data;
  } catch (error) {
    throw error instanceof CallError ? new Error(\`\${error.status}\`) : error;
  }
}
`;

const WRONG = `import { createClient } from 'NAME';

const client = createClient({ baseUrl: 'http://localhost' });
// @ts-expect-error -- the amount is a number
await client.payments.capture({ params: { id: 'p1' }, body: { amount: '5' } });
// @ts-expect-error -- the id is missing
await client.payments.capture({ body: { amount: 5 } });
// @ts-expect-error -- there is no such route
await client.payments.refund({ params: { id: 'p1' } });
// @ts-expect-error -- a result that was not looked at has no data
(await client.payments.capture({ params: { id: 'p1' }, body: { amount: 5 } })).data;
export {};
`;

/** A page that says what it was answered. */
const PAGE = `import { createClient } from 'NAME';

const client = createClient({ baseUrl: new URLSearchParams(location.search).get('api') ?? '' });
const result = await client.payments.capture({ params: { id: 'p1' }, body: { amount: 5 } });
const states: string[] = [];
const events = await client.payments.events({ params: { id: 'p1' } });
if (events.ok) for await (const { state } of events.data) states.push(state);
document.querySelector('#app')!.textContent = [result.status, result.headers?.get('x-api-version'), ...states].join(' ');
export {};
`;

/** The tarball of a build, in an app that knows nothing of Gati but it. */
export function describeSdk(app: App): void {
  describe('the SDK in an app of its own', () => {
    let base: string;
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
      base = temporaryFolder('sdk');
      folder = path.join(base, 'consumer');
    });
    afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

    test('is installed from its file', async () => {
      // Pages of another origin may call it.
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
      await runOrThrow(process.execPath, [createVite, ...options], { cwd: base, env: app.env });
      await runOrThrow('npm', ['install', sdk, '@types/node@20'], { cwd: folder, env: app.env });
      const installed = path.join(folder, 'node_modules', name);
      expect(fs.existsSync(path.join(installed, 'node_modules'))).toBe(false);
      expect(fs.existsSync(path.join(folder, 'node_modules/vite-plugin-gati'))).toBe(false);
    });

    test('takes what is right and refuses what is wrong, as ES module and as CommonJS, with and without the DOM', async () => {
      for (const file of ['right.mts', 'right.cts']) write(file, RIGHT);
      write('wrong.mts', WRONG);
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
          JSON.stringify({ compilerOptions, files: ['right.mts', 'right.cts', 'wrong.mts'] }),
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
      const program = `createClient({ baseUrl: process.argv[2] }).payments.capture({ params: { id: 'p1' }, body: { amount: Number(process.argv[3]) } })
  .then(({ ok, status, data, error, headers }) => console.log(JSON.stringify({ ok, status, data, error, version: headers.get('x-api-version') })));\n`;
      write('run.mjs', `import { createClient } from 'NAME';\n${program}`);
      write('run.cjs', `const { createClient } = require('NAME');\n${program}`);
      const server = await startBuiltServer(app.folder, app.env);
      for (const file of ['run.mjs', 'run.cjs']) {
        const run = async (amount: string): Promise<unknown> =>
          JSON.parse(
            (
              await runOrThrow(process.execPath, [file, server.url, amount], {
                cwd: folder,
                env: app.env,
              })
            ).stdout,
          );
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

    test.skipIf(browserMissing)('calls it from a page that its bundle is in', async () => {
      for (const file of ['right.mts', 'right.cts', 'wrong.mts'])
        fs.rmSync(path.join(folder, file));
      write('src/main.ts', PAGE);
      await runOrThrow('npm', ['run', 'build'], { cwd: folder, env: app.env });
      const [bundle] = fs
        .readdirSync(path.join(folder, 'dist/assets'))
        .filter((file) => file.endsWith('.js'));
      expect(fs.statSync(path.join(folder, 'dist/assets', bundle!)).size).toBeLessThan(15_000);
      const server = await startBuiltServer(app.folder, app.env);
      const pages = await startDevServer(folder, app.env, ['npx', 'vite', 'preview']);
      const browser = await openBrowser();
      try {
        const { page, errors } = await openPage(
          browser,
          `${pages.url}/?api=${encodeURIComponent(server.url)}`,
        );
        const expected = `202 ${version} reserved capturing captured`;
        await until(
          `the page says ${expected}`,
          async () => (await page.textContent('#app')) === expected,
        );
        expect(errors).toEqual([]);
      } finally {
        await browser.close();
      }
    });
    if (browserMissing)
      console.warn(`\n  !! The SDK in a browser is NOT tested: ${browserMissing}\n`);
  });
}

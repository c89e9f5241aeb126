import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { copyApp, linkPackages, linkSqlite } from '@gati/test-kit/apps';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { CREATE_GATI, env, GATI, VITE, VITEST } from './helpers/commands.ts';

/** The main path on the Node version that runs this. The project `packed` tests the packages. */
describe.each([
  {
    template: 'minimal',
    route: '/hello/Ada',
    requestBody: undefined,
    expected: { status: 200, body: { message: 'Hello, Ada!' } },
  },
  {
    template: 'payments',
    route: '/payments/p1/capture',
    requestBody: { amount: 5 },
    expected: { status: 202, body: { state: 'capturing' } },
  },
])('an app from the template $template', ({ template, route, requestBody, expected }) => {
  let app: string;

  beforeAll(async () => {
    const folder = temporaryFolder('template');
    app = path.join(folder, 'app');
    const options = ['app', '--template', template, '--yes', '--no-install'];
    await runOrThrow(process.execPath, [CREATE_GATI, ...options], { cwd: folder, env });
    linkPackages(app);
  });
  afterEach(stopProcesses);

  const expectToWork = async (origin: string): Promise<void> => {
    const request = requestBody ? { method: 'POST', body: requestBody } : {};
    expect(await call(origin + route, request)).toMatchObject(expected);
  };

  test('gati generate writes the typed client', async () => {
    await runOrThrow(process.execPath, [GATI, 'generate'], { cwd: app, env });
    expect(fs.existsSync(path.join(app, '.gati/generated/client.ts'))).toBe(true);
  });

  test('the dev server responds', async () => {
    const server = await startDevServer(app, env, [process.execPath, VITE]);
    await expectToWork(server.url);
  });

  test('its own tests pass', async () => {
    await runOrThrow(process.execPath, [VITEST, 'run'], { cwd: app, env });
  });

  test('two builds are byte for byte the same, and dist/ runs in another folder', async () => {
    const build = async (): Promise<Map<string, string>> => {
      fs.rmSync(path.join(app, 'dist'), { recursive: true, force: true });
      await runOrThrow(process.execPath, [VITE, 'build'], { cwd: app, env });
      return readContents(path.join(app, 'dist'));
    };
    const first = await build();
    expect(await build()).toEqual(first);
    const folder = temporaryFolder('dist-alone');
    fs.cpSync(path.join(app, 'dist'), path.join(folder, 'dist'), { recursive: true });
    linkSqlite(folder, app);
    const server = await startBuiltServer(folder, {
      PATH: process.env['PATH'],
      GATI_WORKERS: '2',
    });
    await expectToWork(server.url);
    if (template === 'payments') await expectSharedLedger(server.url);
  });
});

/** Two workers reserve for one payment at once: together they stay within its limit of 10,000. */
async function expectSharedLedger(origin: string): Promise<void> {
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const request = { method: 'POST', body: { amount: 1000 } };
      return (await call(`${origin}/payments/shared/capture`, request)).status;
    }),
  );
  expect(statuses.toSorted()).toEqual([...Array(10).fill(202), ...Array(10).fill(409)]);
}

test('the playground payments builds with its page', async () => {
  const app = copyApp('playground/payments');
  await runOrThrow(process.execPath, [VITE, 'build'], { cwd: app });
  expect(fs.existsSync(path.join(app, 'dist/client/index.html'))).toBe(true);
});

/** Base64 by file, relative to the folder. */
const readContents = (folder: string): Map<string, string> =>
  new Map(
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), fs.readFileSync(file, 'base64')]),
  );

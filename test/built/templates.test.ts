import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { copyApp, linkPackages } from '@gati/test-kit/apps';
import { stopProcesses, runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';

const vite = path.join(root, 'node_modules/vite/bin/vite.js');
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const gati = path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs');

/** One way through the product on the Node that runs this; the packed packages are tested in `packed`. */
describe.each([
  {
    template: 'minimal',
    path: '/hello/Ada',
    body: undefined,
    answer: { message: 'Hello, Ada!' },
    status: 200,
  },
  {
    template: 'payments',
    path: '/payments/p1/capture',
    body: { amount: 5 },
    answer: { state: 'capturing' },
    status: 202,
  },
])('$template', ({ template, path: route, body, answer, status }) => {
  let base: string;
  let app: string;
  const env = { ...process.env, VITEST: undefined, NODE_ENV: undefined } as NodeJS.ProcessEnv;

  beforeAll(async () => {
    base = temporaryFolder('built');
    app = path.join(base, 'app');
    const cli = path.join(root, 'packages/create-gati/dist/cli.mjs');
    await runOrThrow(
      process.execPath,
      [cli, 'app', '--template', template, '--yes', '--no-install'],
      {
        cwd: base,
        env,
      },
    );
    linkPackages(app);
  });
  afterEach(stopProcesses);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  const works = async (url: string): Promise<void> => {
    expect(await call(url + route, body ? { method: 'POST', body } : {})).toMatchObject({
      status,
      body: answer,
    });
  };

  test('gati generate', async () => {
    await runOrThrow(process.execPath, [gati, 'generate'], { cwd: app, env });
    expect(fs.existsSync(path.join(app, '.gati/generated/client.ts'))).toBe(true);
  });

  test('dev', async () => {
    const server = await startDevServer(app, env, [process.execPath, vite]);
    await works(server.url);
  });

  test('its own tests', async () => {
    await runOrThrow(process.execPath, [vitest, 'run'], { cwd: app, env });
  });

  test('build, twice with the same bytes, and run alone', async () => {
    const build = async (): Promise<Map<string, string>> => {
      fs.rmSync(path.join(app, 'dist'), { recursive: true, force: true });
      await runOrThrow(process.execPath, [vite, 'build'], { cwd: app, env });
      return contents(path.join(app, 'dist'));
    };
    const first = await build();
    expect(await build()).toEqual(first);
    const alone = temporaryFolder('alone');
    fs.cpSync(path.join(app, 'dist'), path.join(alone, 'dist'), { recursive: true });
    const server = await startBuiltServer(alone, { PATH: process.env['PATH'] });
    await works(server.url);
    await server.stop();
    fs.rmSync(alone, { recursive: true });
  });
});

test('a playground builds where it stands', () => {
  const app = copyApp('playground/payments');
  const { status, stderr } = spawnSync(process.execPath, [vite, 'build'], {
    cwd: app,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  expect(fs.existsSync(path.join(app, 'dist/client/index.html'))).toBe(true);
  fs.rmSync(app, { recursive: true });
});

const contents = (folder: string): Map<string, string> =>
  new Map(
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), fs.readFileSync(file, 'base64')]),
  );

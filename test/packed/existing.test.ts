import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { editFile } from '@gati/test-kit/files';
import { runOrThrow, runProcess, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';

const version = (
  JSON.parse(
    fs.readFileSync(path.join(root, 'packages/vite-plugin-gati/package.json'), 'utf8'),
  ) as { version: string }
).version;

const TYPED_HANDLER = `import path from 'node:path';

export const route = 'GET /api/hello/:name';

export const handler: Handler<typeof route> = (req, res) => res.json({ message: \`Hello, \${path.basename(req.params.name)}!\` });
`;
const BARE_HANDLER = `export const route = 'POST /api/sum';

export function handler(req, res) {
  return res.json({ sum: req.body.a + req.body.b });
}

export type Body = { a: number; b: number };
`;

/** The plugin is added as the guide says; no other file of `create-vite` changes. */
describe.each(['vanilla-ts', 'react-ts', 'vue-ts'])('an app from %s of create-vite', (template) => {
  let env: NodeJS.ProcessEnv;
  let parent: string;
  let app: string;
  let originalConfigs: Map<string, string>;

  beforeAll(() => {
    env = inject('registryEnv');
    parent = temporaryFolder(`existing-${template}`);
    app = path.join(parent, 'app');
  });
  afterEach(stopProcesses);

  test('gets the plugin and one handler', async () => {
    const createVite = path.join(root, 'node_modules/create-vite/index.js');
    await runOrThrow(
      process.execPath,
      [createVite, 'app', '--template', template, '--no-interactive', '--no-immediate'],
      { cwd: parent, env },
    );
    originalConfigs = readTsconfigs(app);
    await runOrThrow('npm', ['install', '-D', `vite-plugin-gati@${version}`, '@types/node'], {
      cwd: app,
      env,
    });
    const config = path.join(app, 'vite.config.ts');
    if (fs.existsSync(config)) {
      editFile(
        config,
        (text) =>
          `import gati from 'vite-plugin-gati'\n${text.replace(/plugins: \[/, 'plugins: [gati(), ')}`,
      );
    } else {
      fs.writeFileSync(
        config,
        `import { defineConfig } from 'vite';\nimport gati from 'vite-plugin-gati';\n\nexport default defineConfig({ plugins: [gati()] });\n`,
      );
    }
    expect(fs.readFileSync(config, 'utf8')).toContain('gati()');
    fs.mkdirSync(path.join(app, 'src/handlers'), { recursive: true });
    fs.writeFileSync(path.join(app, 'src/handlers/hello.ts'), TYPED_HANDLER);
    await runOrThrow('npx', ['gati', 'generate'], { cwd: app, env });
  });

  test('still builds, with its tsconfig files unchanged', async () => {
    await runOrThrow('npm', ['run', 'build'], { cwd: app, env });
    expect(readTsconfigs(app)).toEqual(originalConfigs);
  });

  const expectClientAndApi = async (origin: string): Promise<void> => {
    expect(await call(`${origin}/api/hello/Ada`)).toMatchObject({
      status: 200,
      body: { message: 'Hello, Ada!' },
    });
    const documentHeaders = { accept: 'text/html', 'sec-fetch-dest': 'document' };
    for (const pathname of ['/', '/some/page']) {
      const page = await call(`${origin}${pathname}`, { headers: documentHeaders });
      expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<div id="') });
    }
    const page = await call(`${origin}/`, { headers: documentHeaders });
    const source = String(page.body).match(/<script type="module"[^>]+src="([^"]+)"/)?.[1];
    const script = await call(`${origin}${source}`, { headers: { 'sec-fetch-dest': 'script' } });
    expect(script.headers.get('content-type')).toContain('javascript');
    expect(
      await call(`${origin}/api/nowhere`, { headers: { 'sec-fetch-dest': 'empty' } }),
    ).toMatchObject({
      status: 404,
      body: { status: 404 },
    });
  };

  test('serves the client and the API on one origin in dev', async () => {
    const server = await startDevServer(app, env);
    await expectClientAndApi(server.url);
  });

  test('serves the client and the API on one origin from the build', async () => {
    const server = await startBuiltServer(app, env);
    await expectClientAndApi(server.url);
  });

  test('builds a handler without types after gati check --fix has added them', async () => {
    const handler = path.join(app, 'src/handlers/sum.ts');
    fs.writeFileSync(handler, BARE_HANDLER);
    expect((await runProcess('npm', ['run', 'build'], { cwd: app, env })).code).not.toBe(0);
    await runOrThrow('npx', ['gati', 'check', '--fix'], { cwd: app, env });
    await runOrThrow('npm', ['run', 'build'], { cwd: app, env });
    const server = await startBuiltServer(app, env);
    expect(
      await call(`${server.url}/api/sum`, { method: 'POST', body: { a: 1, b: 2 } }),
    ).toMatchObject({ status: 200, body: { sum: 3 } });
  });
});

const readTsconfigs = (app: string): Map<string, string> =>
  new Map(
    fs
      .readdirSync(app)
      .filter((name) => /^tsconfig.*\.json$/.test(name))
      .map((name) => [name, fs.readFileSync(path.join(app, name), 'utf8')]),
  );

import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { editFile } from '@gati/test-kit/files';
import { runProcess, stopProcesses, runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';

const version = (
  JSON.parse(
    fs.readFileSync(path.join(root, 'packages/vite-plugin-gati/package.json'), 'utf8'),
  ) as { version: string }
).version;

const TYPED = `export const route = 'GET /api/hello/:name';

export const handler: Handler<typeof route> = (req, res) => res.json({ message: \`Hello, \${req.params.name}!\` });
`;
const BARE = `export const route = 'POST /api/sum';

export function handler(req, res) {
  return res.json({ sum: req.body.a + req.body.b });
}

export type Body = { a: number; b: number };
`;

/** An app as `create-vite` makes it, with the plugin added as the guide says and no other file of its own changed. */
describe.each(['vanilla-ts', 'react-ts', 'vue-ts'])('%s of create-vite', (template) => {
  let env: NodeJS.ProcessEnv;
  let base: string;
  let app: string;
  let configs: Map<string, string>;

  beforeAll(() => {
    env = inject('registryEnv');
    base = temporaryFolder(`existing-${template}`);
    app = path.join(base, 'app');
  });
  afterEach(stopProcesses);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test('takes the plugin and one handler', async () => {
    const createVite = path.join(root, 'node_modules/create-vite/index.js');
    await runOrThrow(
      process.execPath,
      [createVite, 'app', '--template', template, '--no-interactive', '--no-immediate'],
      { cwd: base, env },
    );
    configs = tsconfigs(app);
    await runOrThrow('npm', ['install', '-D', `vite-plugin-gati@${version}`], { cwd: app, env });
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
    fs.writeFileSync(path.join(app, 'src/handlers/hello.ts'), TYPED);
    await runOrThrow('npx', ['gati', 'generate'], { cwd: app, env });
  });

  test('passes its own build', async () => {
    await runOrThrow('npm', ['run', 'build'], { cwd: app, env });
    expect(tsconfigs(app)).toEqual(configs);
  });

  const works = async (url: string): Promise<void> => {
    expect(await call(`${url}/api/hello/Ada`)).toMatchObject({
      status: 200,
      body: { message: 'Hello, Ada!' },
    });
    const document = { accept: 'text/html', 'sec-fetch-dest': 'document' };
    for (const where of ['/', '/some/page']) {
      const page = await call(`${url}${where}`, { headers: document });
      expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<div id="') });
    }
    const script = await call(`${url}/`, { headers: document }).then(
      ({ body }) => String(body).match(/<script type="module"[^>]+src="([^"]+)"/)?.[1],
    );
    expect(
      (await call(`${url}${script}`, { headers: { 'sec-fetch-dest': 'script' } })).headers.get(
        'content-type',
      ),
    ).toContain('javascript');
    expect(
      await call(`${url}/api/nowhere`, { headers: { 'sec-fetch-dest': 'empty' } }),
    ).toMatchObject({
      status: 404,
      body: { status: 404 },
    });
  };

  test('client and API share the origin in dev', async () => {
    const server = await startDevServer(app, env);
    await works(server.url);
  });

  test('client and API share the origin from the build', async () => {
    const server = await startBuiltServer(app, env);
    await works(server.url);
  });

  test('the bare form needs gati check --fix before its build', async () => {
    const handler = path.join(app, 'src/handlers/sum.ts');
    fs.writeFileSync(handler, BARE);
    expect((await runProcess('npm', ['run', 'build'], { cwd: app, env })).code).not.toBe(0);
    await runOrThrow('npx', ['gati', 'check', '--fix'], { cwd: app, env });
    await runOrThrow('npm', ['run', 'build'], { cwd: app, env });
    const server = await startBuiltServer(app, env);
    expect(
      await call(`${server.url}/api/sum`, { method: 'POST', body: { a: 1, b: 2 } }),
    ).toMatchObject({ status: 200, body: { sum: 3 } });
  });
});

const tsconfigs = (app: string): Map<string, string> =>
  new Map(
    fs
      .readdirSync(app)
      .filter((name) => /^tsconfig.*\.json$/.test(name))
      .map((name) => [name, fs.readFileSync(path.join(app, name), 'utf8')]),
  );

import fs from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import type { Diagnostic } from '@gati/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { runProcess, stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { build, copyAway, type Files, makeApp, readAll, write } from '../helpers/build.ts';

const HELLO: Files = {
  'src/handlers/hello.ts': `
export const route = 'GET /hello/:name';
export const handler: Handler<typeof route> = (req) => ({ message: 'Hello, ' + req.params.name });
`,
};
const CLIENT: Files = {
  'index.html':
    '<!doctype html><title>App</title><script type="module" src="/src/main.ts"></script>',
  'src/main.ts': "document.body.textContent = 'here';",
  'public/robots.txt': 'User-agent: *',
};

afterEach(stopProcesses);

describe('vite build', () => {
  test('a build writes a self-contained server, its documents and its image files', async () => {
    const app = makeApp(HELLO);
    const { manifest, outDir, warnings } = await build(app);
    expect(warnings).toEqual([]);
    expect(manifest).toMatchObject({
      name: 'app',
      release: { version: '1.2.3', id: expect.stringMatching(/^rel_[0-9a-f]{16}$/) },
    });
    expect(manifest.contract.routes.map(({ id }) => id)).toEqual(['GET /hello/:name']);
    expect(fs.readdirSync(outDir).sort()).toEqual(
      [
        '.dockerignore',
        'CHANGELOG.md',
        'Dockerfile',
        'data',
        'gati.manifest.json',
        'openapi.json',
        'packages.json',
        'server',
      ].sort(),
    );
    const { packages } = JSON.parse(
      fs.readFileSync(path.join(outDir, 'packages.json'), 'utf8'),
    ) as { packages: object[] };
    expect(packages).toContainEqual({
      name: 'rou3',
      version: expect.any(String),
      license: 'MIT',
    });
    expect(JSON.parse(fs.readFileSync(path.join(outDir, 'openapi.json'), 'utf8'))).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'app', version: '1.2.3' },
    });
    expect(fs.readFileSync(path.join(outDir, 'CHANGELOG.md'), 'utf8')).toContain(
      '`GET /hello/:name`',
    );
    for (const file of [
      '.gati/generated/client.ts',
      '.gati/generated/context.ts',
      '.gati/types/gati.d.ts',
    ]) {
      expect(fs.existsSync(path.join(app, file)), file).toBe(true);
    }

    const server = await startBuiltServer(copyAway(outDir), { NODE_ENV: 'production' });
    const answer = await call(`${server.url}/hello/Ada`);
    expect(answer).toMatchObject({ status: 200, body: { message: 'Hello, Ada' } });
    expect(answer.headers.get('x-gati-release')).toBe(manifest.release.id);
    expect(answer.headers.get('x-api-version')).toBe('1.2.3');
    await server.stop();
    const entry = path.join(outDir, 'server/index.mjs');
    const explained = await runProcess(process.execPath, [entry, 'explain', 'gati_bad_env'], {});
    expect(explained).toMatchObject({ code: 0, stderr: '' });
    expect(explained.stdout).toContain('# GATI_BAD_ENV');
    const unknown = await runProcess(process.execPath, [entry, 'explain', 'GATI_BAD_EVN'], {});
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('Did you mean `explain GATI_BAD_ENV`?');
  });

  test('a build bundles the client with its own options', async () => {
    const app = makeApp({
      ...HELLO,
      ...CLIENT,
      'admin.html': '<!doctype html><title>Admin</title>',
    });
    const { outDir } = await build(app, {
      build: {
        manifest: true,
        assetsDir: 'static',
        rollupOptions: {
          input: { main: path.join(app, 'index.html'), admin: path.join(app, 'admin.html') },
        },
      },
    });
    const client = Object.keys(readAll(path.join(outDir, 'client')));
    expect(client).toEqual(
      expect.arrayContaining(['.vite/manifest.json', 'admin.html', 'index.html', 'robots.txt']),
    );
    expect(client.some((name) => /^static\/main-.*\.js$/.test(name))).toBe(true);
    const server = Object.keys(readAll(path.join(outDir, 'server')));
    expect(server.filter((name) => !/^(?:chunks|panel)\//.test(name))).toEqual([
      'errors.json',
      'index.mjs',
      'release.mjs',
      'release.mjs.map',
    ]);

    const running = await startBuiltServer(copyAway(outDir), {});
    const page = await call(`${running.url}/`, { headers: { accept: 'text/html' } });
    expect(page).toMatchObject({
      status: 200,
      body: expect.stringContaining('<title>App</title>'),
    });
    expect(await call(`${running.url}/hello/Ada`)).toMatchObject({ status: 200 });
    await running.stop();
  });

  test('a build has the same bytes for the same input, in any folder', async () => {
    const files = { ...HELLO, ...CLIENT };
    const [one, two] = [await build(makeApp(files, 'same')), await build(makeApp(files, 'same'))];
    expect(readAll(two.outDir)).toEqual(readAll(one.outDir));
    const again = await build(path.dirname(one.outDir));
    expect(readAll(again.outDir)).toEqual(readAll(two.outDir));
  });

  test('other code with the same contract gets another release id', async () => {
    const app = makeApp(HELLO);
    const before = await build(app);
    write(app, {
      'src/handlers/hello.ts': HELLO['src/handlers/hello.ts']!.replace('Hello, ', 'Good day, '),
    });
    const after = await build(app);
    expect(after.manifest.contract).toEqual(before.manifest.contract);
    expect(after.manifest.release.id).not.toBe(before.manifest.release.id);
  });

  test('a build uses the configured output folder and removes the files of the previous build', async () => {
    const app = makeApp({ ...HELLO, ...CLIENT });
    await build(app, { build: { outDir: 'out/app' } });
    fs.rmSync(path.join(app, 'index.html'));
    const { outDir } = await build(app, { build: { outDir: 'out/app' } });
    expect(outDir).toBe(path.join(app, 'out/app'));
    expect(fs.existsSync(path.join(outDir, 'client'))).toBe(false);
    expect(fs.existsSync(path.join(outDir, 'server/index.mjs'))).toBe(true);
  });

  test('a build copies packages with compiled code and names their platform', async () => {
    const app = makeApp({
      'src/handlers/css.ts': `
import { transform } from 'lightningcss';
export const route = 'GET /css';
export const handler = () => ({ css: transform({ filename: 'a.css', code: Buffer.from('a { color: red }'), minify: true }).code.toString() });
`,
    });
    const { manifest, outDir } = await build(app);
    expect(manifest.native).toMatchObject({
      platform: process.platform,
      arch: process.arch,
      packages: [{ name: 'lightningcss' }],
    });
    const server = await startBuiltServer(copyAway(outDir), {});
    expect(await call(`${server.url}/css`)).toMatchObject({
      status: 200,
      body: { css: 'a{color:red}' },
    });
    await server.stop();
  });

  test('a minified server keeps the names of error classes', async () => {
    const app = makeApp({
      'src/handlers/name.ts': `
class PaymentRefused extends Error {}
export const route = 'GET /name';
export const handler = () => ({ name: new PaymentRefused('x').constructor.name });
`,
    });
    const server = await startBuiltServer(copyAway((await build(app)).outDir), {});
    expect(await call(`${server.url}/name`)).toMatchObject({ body: { name: 'PaymentRefused' } });
    await server.stop();
  });
});

describe('a build with diagnostics', () => {
  test('a build fails with all errors of the contract, each with its place', async () => {
    const app = makeApp({
      'src/handlers/a.ts': "export const route = 'FETCH /a';\nexport const handler = () => 1;\n",
      'src/handlers/b.ts': "export const route = 'GET /b';\nexport const handler = () => 1;\n",
      'src/handlers/c.ts': "export const route = 'GET /b';\nexport const handler = () => 2;\n",
      'dist/earlier.txt': 'what an earlier build made',
    });
    const error: unknown = await build(app).catch((error: unknown) => error);
    const { message: failure, diagnostics } = error as Error & { diagnostics: Diagnostic[] };
    // What Vite prints.
    expect(inspect(error)).toBe(failure);
    expect(failure.match(/GATI_\w+:/g)).toHaveLength(diagnostics.length);
    expect(failure).toContain('src/handlers/a.ts:1:');
    expect(failure).toMatch(/src\/handlers\/[bc]\.ts:1:/);
    expect(fs.readdirSync(path.join(app, 'dist'))).toEqual(['earlier.txt']);
    for (const file of ['a', 'c']) fs.rmSync(path.join(app, `src/handlers/${file}.ts`));
    await build(app);
    expect(fs.readdirSync(path.join(app, 'dist'))).toContain('server');
    expect(fs.existsSync(path.join(app, 'dist/earlier.txt'))).toBe(false);
  });

  test('a build prints each warning once, with its place', async () => {
    const app = makeApp({
      'src/handlers/a.ts':
        "export const route = 'GET /a';\nexport const handler: Handler<typeof route> = () => JSON.parse('1');\n",
    });
    const { warnings } = await build(app);
    expect(warnings.filter((text) => /src\/handlers\/a\.ts:2:.*GATI_/.test(text))).toHaveLength(1);
  });
});

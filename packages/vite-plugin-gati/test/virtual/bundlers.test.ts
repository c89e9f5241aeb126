import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WAIT_LIMIT } from '@gati/test-kit/wait';
import * as esbuild from 'esbuild';
import { rolldown } from 'rolldown';
import { rollup, type Plugin as RollupPlugin } from 'rollup';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import webpack from 'webpack';
import esbuildGati from '../../src/virtual/bundlers/esbuild.ts';
import rolldownGati from '../../src/virtual/bundlers/rolldown.ts';
import rollupGati from '../../src/virtual/bundlers/rollup.ts';
import webpackGati from '../../src/virtual/bundlers/webpack.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';

let app: TestApp;
let child: ChildProcess | undefined;

beforeAll(async () => {
  app = await createTestApp({
    'src/handlers/_middleware.js':
      "export const middleware = (req, res, gctx, lctx, next) => { res.headers.set('x-seen', '1'); return next(); };",
    'src/handlers/users/[id].get.js':
      'export const handler = (req, res, gctx) => ({ id: req.params.id, sum: gctx.modules.math.add(1, 2) });',
    'src/handlers/files/[...rest].js': 'export default (req) => req.params.rest;',
    'src/modules/math.js': 'export const add = (a, b) => a + b;',
    // Other modules than the entry, by both of their names.
    'main.js':
      "import 'virtual:gati/server'; import { routes } from 'virtual:gati/routes'; import manifest from 'gati/manifest'; globalThis.seen = [routes, manifest];",
  });
});
afterEach(() => {
  child?.kill('SIGKILL');
});
afterAll(() => app.dispose());

const root = (): string => app.root;
const out = (name: string): string => path.join(app.root, 'out', name);

const bundlers: Record<string, () => Promise<string>> = {
  async rollup() {
    const bundle = await rollup({
      input: path.join(root(), 'main.js'),
      plugins: [rollupGati({ root: root(), base: '/api' }) as RollupPlugin],
      external: /^node:/,
      onwarn: () => {},
    });
    await bundle.write({
      dir: out('rollup'),
      format: 'es',
      entryFileNames: 'index.mjs',
      chunkFileNames: '[name]-[hash].mjs',
    });
    return path.join(out('rollup'), 'index.mjs');
  },
  async rolldown() {
    const bundle = await rolldown({
      input: path.join(root(), 'main.js'),
      plugins: [rolldownGati({ root: root(), base: '/api' })],
      platform: 'node',
      logLevel: 'silent',
    });
    await bundle.write({
      dir: out('rolldown'),
      format: 'es',
      entryFileNames: 'index.mjs',
      chunkFileNames: '[name]-[hash].mjs',
    });
    return path.join(out('rolldown'), 'index.mjs');
  },
  async esbuild() {
    await esbuild.build({
      entryPoints: [path.join(root(), 'main.js')],
      plugins: [esbuildGati({ root: root(), base: '/api' })],
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      outdir: out('esbuild'),
      outExtension: { '.js': '.mjs' },
      logLevel: 'silent',
      banner: {
        js: "import { createRequire as toRequire } from 'node:module'; const require = toRequire(import.meta.url);",
      },
    });
    return path.join(out('esbuild'), 'main.mjs');
  },
  async webpack() {
    const compiler = webpack({
      mode: 'none',
      // Database drivers with compiled parts, which an app that uses them installs.
      externals: [/^(?:@?libsql|pg|mysql2)(?:\/|$)/],
      context: root(),
      entry: { index: path.join(root(), 'main.js') },
      target: 'node20',
      experiments: { outputModule: true },
      output: {
        path: out('webpack'),
        filename: '[name].mjs',
        chunkFilename: '[id].mjs',
        library: { type: 'module' },
        module: true,
        chunkFormat: 'module',
      },
      plugins: [webpackGati({ root: root(), base: '/api' })],
    });
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) =>
      compiler?.run((error, result) => (error ? reject(error) : resolve(result))),
    );
    if (stats?.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
    return path.join(out('webpack'), 'index.mjs');
  },
};

test.each(Object.keys(bundlers))('%s builds a server that runs', async (name) => {
  const entry = await bundlers[name]!();
  const url = await start(entry);
  const user = await fetch(`${url}/api/users/7`);
  expect({
    status: user.status,
    seen: user.headers.get('x-seen'),
    body: await user.json(),
  }).toEqual({ status: 200, seen: '1', body: { id: '7', sum: 3 } });
  expect(await (await fetch(`${url}/api/files/a/b`)).json()).toBe('a/b');
  expect((await fetch(`${url}/api/users`)).status).toBe(404);
  expect((await fetch(`${url}/api/users/7`, { method: 'POST' })).status).toBe(405);
});

async function start(entry: string): Promise<string> {
  child = spawn(process.execPath, [entry], {
    env: { ...process.env, PORT: '0', GATI_WORKERS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk) => errors.push(String(chunk)));
  const timer = setTimeout(() => child?.kill('SIGKILL'), WAIT_LIMIT);
  for await (const line of createInterface({ input: child.stdout! })) {
    const message = JSON.parse(line) as { msg?: string; url?: string };
    if (message.msg !== 'listening' || !message.url) continue;
    clearTimeout(timer);
    return message.url;
  }
  throw new Error(`the server ended: ${errors.join('')}`);
}

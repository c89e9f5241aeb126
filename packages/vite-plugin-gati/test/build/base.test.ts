import fs from 'node:fs';
import path from 'node:path';
import { stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { afterEach, describe, expect, test } from 'vitest';
import { type InlineConfig, preview } from 'vite';
import gati from '../../src/index.ts';
import { startDev } from '../helpers/dev.ts';
import { build, makeApp } from '../helpers/build.ts';

afterEach(stopProcesses);

const FILES = {
  'index.html':
    '<!doctype html><html><head></head><body><script type="module" src="/src/main.ts"></script></body></html>',
  'src/main.ts': "document.body.append('hi');\n",
  'public/robots.txt': 'ok',
  'src/handlers/hello.ts': `export const route = 'GET /hello';
export const handler: Handler<typeof route> = () => ({ a: 1 });
`,
};
const page = { headers: { accept: 'text/html' } };
const file = { headers: { accept: '*/*' } };

interface Place {
  base: string;
  assets: string;
  config: InlineConfig;
}

const PLACES: [string, Place][] = [
  ['the default base', { base: '/', assets: '/assets/', config: {} }],
  ['a base', { base: '/sub/', assets: '/sub/assets/', config: { base: '/sub/' } }],
  ['a deep base', { base: '/a/b/', assets: '/a/b/assets/', config: { base: '/a/b/' } }],
  ['a relative base', { base: '/', assets: './assets/', config: { base: './' } }],
  [
    'a base and assetsDir',
    { base: '/sub/', assets: '/sub/x/y/', config: { base: '/sub/', build: { assetsDir: 'x/y' } } },
  ],
  ['the root as assetsDir', { base: '/', assets: '/', config: { build: { assetsDir: '' } } }],
];

describe.each(PLACES)('with %s', (_, { base, assets, config }) => {
  async function expectPlaces(url: string, outDir: string): Promise<void> {
    const html = await call(`${url}${base}`, page);
    expect(html).toMatchObject({ status: 200, body: expect.stringContaining('<script') });
    expect(await call(`${url}${base}deep/page`, page)).toMatchObject({ status: 200 });
    const script = /src="([^"]*\.js)"/.exec(String(html.body))![1]!;
    expect(script.startsWith(assets)).toBe(true);
    const loaded = await call(new URL(script, `${url}${base}`).href, file);
    expect(loaded).toMatchObject({ status: 200 });
    expect(loaded.headers.get('content-type')).toMatch('text/javascript');
    expect(loaded.headers.get('cache-control')).toMatch(
      assets === '/' ? 'no-cache' : 'max-age=31536000, immutable',
    );
    expect(await call(`${url}${base}robots.txt`, file)).toMatchObject({ status: 200, body: 'ok' });
    expect(await call(`${url}/hello`, file)).toMatchObject({ status: 200, body: { a: 1 } });
    expect(fs.existsSync(path.join(outDir, 'client/robots.txt'))).toBe(true);
    if (base === '/') return;
    const outside = await fetch(`${url}/?q=1`, { ...page, redirect: 'manual' });
    expect([outside.status, outside.headers.get('location')]).toEqual([302, `${base}?q=1`]);
    expect(await call(`${url}/robots.txt`, file)).toMatchObject({ status: 404 });
    // Outside of the client's base, a browser can open a route.
    expect(await call(`${url}/hello`, page)).toMatchObject({ status: 200, body: { a: 1 } });
  }

  test('built server and preview serve the client there', async () => {
    const app = makeApp(FILES);
    const { outDir } = await build(app, config);
    const server = await startBuiltServer(app, { ...process.env, WORKERS: '1' });
    await expectPlaces(server.url, outDir);
    const previewed = await preview({
      root: app,
      configFile: false,
      logLevel: 'silent',
      plugins: [gati()],
      preview: { port: 0, host: '127.0.0.1' },
      ...config,
    });
    const { port } = previewed.httpServer.address() as { port: number };
    await expectPlaces(`http://127.0.0.1:${port}`, outDir);
    await previewed.close();
  });

  test('the development server serves the client there', async () => {
    const app = makeApp(FILES);
    const { url, close } = await startDev(app, { config });
    try {
      const html = await call(`${url}${base}`, page);
      expect(html).toMatchObject({ status: 200, body: expect.stringContaining('src/main.ts') });
      expect(await call(`${url}${base}src/main.ts`, file)).toMatchObject({ status: 200 });
      expect(await call(`${url}${base}robots.txt`, file)).toMatchObject({ status: 200 });
      expect(await call(`${url}/hello`, file)).toMatchObject({ status: 200, body: { a: 1 } });
      if (base === '/') return;
      const outside = await fetch(`${url}/?q=1`, { ...page, redirect: 'manual' });
      expect([outside.status, outside.headers.get('location')]).toEqual([302, `${base}?q=1`]);
      expect(await call(`${url}/hello`, page)).toMatchObject({ status: 200, body: { a: 1 } });
    } finally {
      await close();
    }
  });
});

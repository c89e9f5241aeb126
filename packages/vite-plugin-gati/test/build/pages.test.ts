import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReleaseStore } from '@gati/runtime-h3';
import {
  activateRelease,
  openReleaseStore,
  putRelease,
  rollbackRelease,
} from '@gati/runtime-h3/releases';
import { stopProcesses } from '@gati/test-kit/processes';
import { call, type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';
import { build, copyAway, type Files, makeApp, write } from '../helpers/build.ts';

const PAGE = { accept: 'text/html' };

/** An app whose page and whose route both say `word`. */
const app = (word: string): Files => ({
  'index.html': `<title>${word}</title><script type="module" src="/src/page.ts"></script>`,
  'src/page.ts': `document.body.textContent = '${word}';`,
  'src/handlers/words.ts': `export const route = 'GET /words/${word}';
export const handler: Handler<typeof route> = () => '${word}' as string;
`,
});

describe('the page of a server with several releases', () => {
  let store: ReleaseStore;
  let server: ServerProcess;
  /** Path of the page's hashed script, by version. */
  const scripts = new Map<string, string>();

  const page = async (): Promise<string> =>
    String((await call(`${server.url}/`, { headers: PAGE })).body);
  const script = (version: string): ReturnType<typeof call> =>
    call(server.url + scripts.get(version)!);
  const showsPage = (word: string): Promise<boolean> =>
    until(`the page says ${word}`, async () => (await page()).includes(`<title>${word}</title>`));

  beforeAll(async () => {
    const root = makeApp(app('one'), 'pages');
    store = await openReleaseStore(path.join(root, '.gati/releases'));
    let first: string | undefined;
    for (const word of ['one', 'two']) {
      write(root, app(word));
      const { outDir, manifest } = await build(root);
      const html = fs.readFileSync(path.join(outDir, 'client/index.html'), 'utf8');
      scripts.set(word, /src="(\/assets\/[^"]+)"/.exec(html)![1]!);
      await putRelease(store, outDir);
      first ??= copyAway(outDir);
      if (word === 'one') await activateRelease(store, manifest.release.version);
    }
    server = await startBuiltServer(first!, {
      PATH: process.env.PATH,
      GATI_RELEASES: store.url,
      GATI_CACHE: path.join(first!, 'cache'),
      GATI_WORKERS: '1',
      GATI_PROOF_QUIET: '0',
    });
  });
  afterAll(async () => {
    await stopProcesses();
    await store.close();
  });

  test('serves the page of the release that is current at the start', async () => {
    expect(await page()).toContain('<title>one</title>');
    expect(await script('one')).toMatchObject({ status: 200 });
  });

  test('follows an activation, and old hashed files stay reachable', async () => {
    await activateRelease(store, '2.0.0');
    await showsPage('two');
    expect(await script('two')).toMatchObject({
      status: 200,
      body: expect.stringContaining('two'),
    });
    const old = await script('one');
    expect(old).toMatchObject({ status: 200, body: expect.stringContaining('one') });
    expect(old.headers.get('cache-control')).toContain('immutable');
  });

  test('follows a rollback, and hashed files of the withdrawn release stay reachable', async () => {
    await rollbackRelease(store);
    await showsPage('one');
    expect(await script('two')).toMatchObject({ status: 200 });
    expect(await call(`${server.url}/assets/other-1a2b3c4d.js`)).toMatchObject({ status: 404 });
  });
});

describe('the page of a server without a store', () => {
  test('hashed files of bundled older releases stay reachable', async () => {
    const root = makeApp(app('one'), 'bundled-pages');
    const store = await openReleaseStore(path.join(root, '.gati/releases'));
    const first = await build(root);
    const [old] = fs.readdirSync(path.join(first.outDir, 'client/assets'));
    await putRelease(store, first.outDir);
    await activateRelease(store, '1.2.3');
    await store.close();
    write(root, app('two'));
    const second = await build(root);
    const server = await startBuiltServer(copyAway(second.outDir), {
      PATH: process.env.PATH,
      GATI_WORKERS: '1',
    });
    expect(await call(`${server.url}/assets/${old}`)).toMatchObject({ status: 200 });
    expect(await call(`${server.url}/`, { headers: PAGE })).toMatchObject({
      body: expect.stringContaining('<title>two</title>'),
    });
    await stopProcesses();
  });
});

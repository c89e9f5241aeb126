import fs from 'node:fs';
import path from 'node:path';
import { stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { afterEach, expect, test } from 'vitest';
import { startDev } from '../helpers/dev.ts';
import { build, copyAway, makeApp } from '../helpers/build.ts';

afterEach(stopProcesses);

const handler = (route: string, body: string, head = ''): string =>
  `${head}export const route = 'GET /${route}';
export const handler: Handler<typeof route> = async (): Promise<{ value: string }> => ({ value: ${body} });
`;
const READ = "import { readFile } from 'node:fs/promises';\n";

/** An empty WebAssembly module with one exported function, `one`, which returns 1. */
const WASM = Buffer.from(
  '0061736d010000000105016000017f030201000707010366fe000a0601040041010b'.replace(
    '0707010366fe00',
    '07070103' + Buffer.from('one').toString('hex') + '0000',
  ),
  'hex',
);

const FILES = {
  'src/lib/note.txt': 'plain text',
  'src/lib/logo.svg': `<svg xmlns="http://www.w3.org/2000/svg"><!-- ${'x'.repeat(9000)} --></svg>`,
  'src/lib/photo.png': 'y'.repeat(9000),
  'src/lib/double.ts': `import { parentPort, workerData } from 'node:worker_threads';
import { twice } from './twice.ts';
parentPort?.postMessage(twice(workerData as number));
`,
  'src/lib/twice.ts': 'export const twice = (n: number): number => 2 * n;\n',
  'src/handlers/note.ts': handler(
    'note',
    "await readFile(new URL('../lib/note.txt', import.meta.url), 'utf8')",
    READ,
  ),
  'src/handlers/template.ts': handler(
    'template',
    "await readFile(new URL(`../lib/note.txt`, import.meta.url), 'utf8')",
    READ,
  ),
  'src/handlers/raw.ts': handler('raw', 'note', "import note from '../lib/note.txt?raw';\n"),
  'src/handlers/logo.ts': handler(
    'logo',
    'logo',
    "import logo from '../lib/logo.svg?no-inline';\n",
  ),
  'src/handlers/photo.ts': handler('photo', 'photo', "import photo from '../lib/photo.png';\n"),
  'src/handlers/url.ts': handler(
    'url',
    'url',
    "import url from '../lib/note.txt?url&no-inline';\n",
  ),
  'src/handlers/worker.ts': handler(
    'worker',
    'String(await double(21))',
    `import { Worker } from 'node:worker_threads';
const double = (n: number): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('../lib/double.ts', import.meta.url), { workerData: n });
    worker.once('message', resolve).once('error', reject);
  });
`,
  ),
  'src/handlers/wasm.ts': handler(
    'wasm',
    'String((await init()).exports.one instanceof Function)',
    "import init from '../lib/one.wasm?init';\n",
  ),
  'src/handlers/later.ts': handler(
    'later',
    "String(new URL(/* @vite-ignore */ './nowhere.txt', import.meta.url).pathname.length > 0)",
  ),
};

test('a build contains the files that server code points to', async () => {
  const app = makeApp(FILES);
  fs.writeFileSync(path.join(app, 'src/lib/one.wasm'), WASM);
  const { outDir, warnings } = await build(app);
  expect(warnings).toEqual([]);
  const server = await startBuiltServer(copyAway(outDir), { ...process.env, WORKERS: '1' });
  const value = async (route: string): Promise<string> => {
    const { status, body } = await call(`${server.url}/${route}`);
    expect([route, status]).toEqual([route, 200]);
    return (body as { value: string }).value;
  };
  for (const route of ['note', 'template', 'raw']) expect(await value(route)).toBe('plain text');
  expect(await value('worker')).toBe('42');
  expect(await value('wasm')).toBe('true');
  expect(await value('later')).toBe('true');
  for (const route of ['logo', 'photo', 'url']) {
    const address = await value(route);
    expect(address).toMatch(/^\/assets\//);
    const file = await call(server.url + address);
    expect([address, file.status]).toEqual([address, 200]);
    expect(file.headers.get('cache-control')).toContain('immutable');
  }
});

test.each([
  ['/sub/', '/sub/static/'],
  // Only a page has a place that an address can be relative to.
  ['./', '/static/'],
])(
  'with base %s, assets of the server and of the client share addresses below %s',
  async (base, start) => {
    const app = makeApp({
      ...FILES,
      'index.html':
        '<!doctype html><html><body><script type="module" src="/src/main.ts"></script></body></html>',
      'src/main.ts': "import photo from './lib/photo.png';\ndocument.title = photo;\n",
      'src/handlers/wasm.ts': handler('wasm', "'none'"),
    });
    const { outDir } = await build(app, { base, build: { assetsDir: 'static' } });
    const server = await startBuiltServer(copyAway(outDir), { ...process.env, WORKERS: '1' });
    for (const route of ['logo', 'photo', 'url']) {
      const { value } = (await call(`${server.url}/${route}`)).body as { value: string };
      expect(value.startsWith(start)).toBe(true);
      expect(await call(server.url + value)).toMatchObject({ status: 200 });
    }
    expect(
      fs.readdirSync(path.join(outDir, 'client/static')).filter((name) => name.startsWith('photo')),
    ).toHaveLength(1);
  },
);

test.each([
  ["new URL('../lib/none.txt', import.meta.url)", "'../lib/none.txt' does not exist"],
  ["new URL('../lib', import.meta.url)", "'../lib' is a folder"],
  ['new URL(`../lib/${route}.txt`, import.meta.url)', 'is computed'],
])('a build rejects %s with its place', async (url, reason) => {
  const app = makeApp({
    'src/lib/note.txt': 'plain text',
    'src/handlers/note.ts': handler('note', `await readFile(${url}, 'utf8')`, READ),
  });
  await expect(build(app)).rejects.toThrow(/GATI_SERVER_FILE/);
  const message = await build(app).catch((error: Error) => error.message);
  expect(message).toContain(reason);
  expect(message).toContain('src/handlers/note.ts:3');
});

test('the development server serves the same files', async () => {
  const app = makeApp({ ...FILES, 'src/handlers/worker.ts': '', 'src/handlers/wasm.ts': '' });
  fs.rmSync(path.join(app, 'src/handlers/worker.ts'));
  fs.rmSync(path.join(app, 'src/handlers/wasm.ts'));
  const { url, close } = await startDev(app);
  try {
    for (const route of ['note', 'template', 'raw'])
      expect((await call(`${url}/${route}`)).body).toEqual({ value: 'plain text' });
    for (const route of ['logo', 'photo', 'url']) {
      const { value } = (await call(`${url}/${route}`)).body as { value: string };
      expect(await call(url + value)).toMatchObject({ status: 200 });
    }
  } finally {
    await close();
  }
});

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type RunningServer, useServer } from '../helpers/harness.ts';

const server = useServer();
const page = '<!doctype html><title>app</title>';
const script = `console.log(${JSON.stringify('x'.repeat(5000))})`;
let client = '';

beforeAll(async () => {
  client = join(server.folder(), 'client');
  await mkdir(join(client, 'assets'), { recursive: true });
  await writeFile(join(client, 'index.html'), page);
  await writeFile(join(client, 'about.html'), 'about');
  await writeFile(join(client, 'robots.txt'), 'robots');
  await writeFile(join(client, '.env'), 'SECRET=1');
  await writeFile(join(client, 'assets', 'index-BjqaFqYR.js'), script);
  await writeFile(join(client, 'hello'), 'a file with the name of a route');
  await writeFile(join(server.folder(), 'outside.txt'), 'outside');
  await symlink(join(server.folder(), 'outside.txt'), join(client, 'link.txt'));
});

interface Answer {
  status: number;
  statusText: string;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}
const ask = (
  { port }: RunningServer,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // Sends `path` as it is: fetch would normalize it.
    get({ port, host: '127.0.0.1', path, headers, method, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += String(chunk)));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          statusText: response.statusMessage!,
          headers: response.headers,
          body,
        }),
      );
    }).on('error', reject);
  });
const browser = { 'sec-fetch-dest': 'document', accept: 'text/html' };

test('pages and routes at one URL name in Vary the headers that choose', async () => {
  const app = await server.start({ CLIENT: client });
  const vary = async (path: string, headers: Record<string, string> = {}): Promise<string> =>
    String((await ask(app, path, headers)).headers['vary']);
  for (const [path, headers] of [
    ['/', browser],
    ['/users/7', browser],
    ['/hello', browser],
    ['/hello', {}],
    ['/hello', { 'x-api-version': '9.9.9' }],
    ['/nowhere', {}],
    ['/versions', {}],
  ] as const)
    expect(`${path} ${await vary(path, headers)}`).toContain('Accept, Sec-Fetch-Dest');
  expect(await vary('/hello')).toBe('X-API-Version, Accept, Sec-Fetch-Dest');
  expect(await vary('/robots.txt')).not.toContain('Sec-Fetch-Dest');
});

test('a server with closed paths responds 404 at them', async () => {
  const app = await server.start({ CLOSED: '1' });
  expect(await ask(app, '/metrics')).toMatchObject({ status: 404 });
  expect(await ask(app, '/livez')).toMatchObject({ status: 200 });
});

test('a server without pages names in Vary the version only', async () => {
  const app = await server.start();
  expect((await ask(app, '/hello')).headers['vary']).toBe('X-API-Version');
});

test('serves a document as a file or the page, and other requests as a route, a file or a problem', async () => {
  const app = await server.start({ CLIENT: client });
  expect(await ask(app, '/', browser)).toMatchObject({
    status: 200,
    body: page,
    headers: { 'cache-control': 'no-cache' },
  });
  expect(await ask(app, '/users/7', browser)).toMatchObject({
    status: 200,
    statusText: 'OK',
    body: page,
  });
  expect(await ask(app, '/hello', browser)).toMatchObject({
    body: 'a file with the name of a route',
  });
  expect(await ask(app, '/about', browser)).toMatchObject({ body: 'about' });
  expect(
    await ask(app, '/users/7', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }),
  ).toMatchObject({ body: page });

  expect((await ask(app, '/hello')).body).toContain('"hello":"world"');
  expect(
    (await ask(app, '/hello', { 'sec-fetch-dest': 'empty', accept: 'text/html' })).body,
  ).toContain('"hello":"world"');
  expect(await ask(app, '/robots.txt', { accept: '*/*' })).toMatchObject({
    status: 200,
    body: 'robots',
  });
  const missing = await ask(app, '/nothing', { accept: '*/*' });
  expect(missing).toMatchObject({
    status: 404,
    headers: { 'content-type': 'application/problem+json' },
  });
  expect(await ask(app, '/users/7', browser, 'POST')).toMatchObject({ status: 404 });
  expect(await ask(app, '/', { accept: 'text/html' }, 'HEAD')).toMatchObject({
    status: 200,
    body: '',
  });
});

test('caches hashed files permanently and revalidates others', async () => {
  const app = await server.start({ CLIENT: client });
  const asset = await ask(app, '/assets/index-BjqaFqYR.js', { 'sec-fetch-dest': 'script' });
  expect(asset).toMatchObject({
    status: 200,
    body: script,
    headers: { 'cache-control': 'public, max-age=31536000, immutable' },
  });
  const compressed = await ask(app, '/assets/index-BjqaFqYR.js', { 'accept-encoding': 'br' });
  expect(compressed.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
  expect(compressed.body.length).toBeLessThan(500);
  const robots = await ask(app, '/robots.txt');
  expect(robots.headers['cache-control']).toBe('no-cache');
  expect(
    await ask(app, '/robots.txt', { 'if-none-match': String(robots.headers.etag) }),
  ).toMatchObject({ status: 304, body: '' });
  expect(await ask(app, '/robots.txt', { range: 'bytes=1-3' })).toMatchObject({
    status: 206,
    body: 'obo',
  });
});

test.each([
  '/../outside.txt',
  '/..%2foutside.txt',
  '/%2e%2e/outside.txt',
  '/assets/../../outside.txt',
  '/assets/..%5c..%5coutside.txt',
  '/link.txt',
  '/.env',
  '//etc/passwd',
  '/%00',
  '/robots.txt%00.html',
  '/%',
  '/%ff',
])('%s does not reach a file outside of the folder', async (path) => {
  const app = await server.start({ CLIENT: client });
  for (const headers of [{ accept: '*/*' }, browser]) {
    const response = await ask(app, path, headers as Record<string, string>);
    expect([200, 400, 404]).toContain(response.status);
    if (response.status === 200) expect(response.body).toBe(page);
    expect(response.body).not.toMatch(/outside|SECRET|root:/);
  }
  expect((await ask(app, '/hello')).status).toBe(200);
});

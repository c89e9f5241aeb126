import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendRaw } from '@gati/test-kit/sockets';
import { resolveConfig } from 'vite';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

const FILES = {
  'index.html': '<!doctype html><title>App</title>',
  'src/handlers/hello.ts': "export const handler = () => 'hello';\n",
  'src/handlers/options.ts':
    "export const route = 'OPTIONS /options';\nexport const handler = () => 'options';\n",
  'src/handlers/chat.ts': "export const route = 'WS /chat';\nexport const socket = {};\n",
};

describe('data of the server', () => {
  const SECRETS = [
    '.gati/data.db',
    '.gati/data.db-wal',
    '.gati/effects.db',
    '.gati/effects.db-shm',
    '.gati/storage/sessions/1',
    '.gati/storage/deep/folder/file.json',
    '.gati/releases/1.0.0/release.json',
    '.gati/cache/contracts.tsv',
    '.env',
    '.env.local',
    '.git/config',
    'server.pem',
  ];

  test.each([undefined, ['secret.txt']])('is not served as files, with deny %j', async (deny) => {
    app = await createTestApp({
      ...FILES,
      ...Object.fromEntries(SECRETS.map((file) => [file, 'SECRET'])),
      'secret.txt': 'SECRET',
    });
    dev = await startDev(app.root, { config: deny ? { server: { fs: { deny } } } : {} });
    const files = deny
      ? [...SECRETS.filter((file) => file.startsWith('.gati/')), ...deny]
      : SECRETS;
    for (const file of files)
      for (const address of [
        `/${file}`,
        `/${file}?raw`,
        `/${file}?url&raw`,
        `/${file}?import&raw`,
        `/@fs${app.root}/${file}`,
        `/@fs${app.root}/${file}?raw`,
        `/${file.replace('.gati', '.GATI')}`,
        `/${file.replaceAll('.', '%2e')}`,
      ]) {
        const { body } = await ask(dev, address, { headers: { accept: '*/*' } });
        expect([address, JSON.stringify(body).includes('SECRET')]).toEqual([address, false]);
      }
  });

  test("Vite's own list stays", async () => {
    app = await createTestApp(FILES);
    dev = await startDev(app.root);
    const { server } = await resolveConfig({ configFile: false, root: app.root }, 'serve');
    expect(dev.server.config.server.fs.deny).toEqual(expect.arrayContaining(server.fs.deny));
  });

  test('generated files are served to pages', async () => {
    app = await createTestApp({ ...FILES, '.gati/generated/own.ts': 'export const a = 1;\n' });
    dev = await startDev(app.root);
    expect(await ask(dev, '/.gati/generated/own.ts')).toMatchObject({ status: 200 });
  });
});

describe('hosts', () => {
  const own = (): number => (dev.server.httpServer!.address() as AddressInfo).port;
  const raw = async (head: string, host: string): Promise<number> =>
    Number(
      /^HTTP\/1\.1 (\d+)/.exec(
        await sendRaw(own(), [`${head}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`]),
      )?.[1],
    );
  const upgrade = (path: string, host: string, protocol = 'websocket'): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = http.request(dev.url + path, {
        agent: false,
        headers: {
          host,
          connection: 'Upgrade',
          upgrade: protocol,
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
      request.on('upgrade', ({ statusCode }, socket) => {
        socket.destroy();
        resolve(statusCode!);
      });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode!);
      });
      request.on('error', reject).end();
    });

  const WAYS: [string, (host: string) => Promise<number>, number][] = [
    ['a request', (host) => raw('GET /hello HTTP/1.1', host), 200],
    ['a page', (host) => raw('GET / HTTP/1.1\r\nAccept: text/html', host), 200],
    ['a POST', (host) => raw('POST /hello HTTP/1.1\r\nContent-Length: 0', host), 405],
    ['OPTIONS of a route', (host) => raw('OPTIONS /options HTTP/1.1', host), 200],
    ['OPTIONS of another route', (host) => raw('OPTIONS /hello HTTP/1.1', host), 204],
    [
      'a preflight',
      (host) =>
        raw(
          'OPTIONS /hello HTTP/1.1\r\nOrigin: http://localhost:1\r\nAccess-Control-Request-Method: GET',
          host,
        ),
      204,
    ],
    ['a WebSocket of a route', (host) => upgrade('/chat', host), 101],
    ['a WebSocket of no route', (host) => upgrade('/none', host), 404],
    ['another upgrade', (host) => upgrade('/hello', host, 'h2c'), 200],
  ];

  test.each(WAYS)('%s passes for allowed hosts only', async (_, send, status) => {
    app = await createTestApp(FILES);
    dev = await startDev(app.root, { config: { server: { allowedHosts: ['.example.com'] } } });
    for (const host of ['localhost', `127.0.0.1:${own()}`, '[::1]:80', 'app.example.com'])
      expect([host, await send(host)]).toEqual([host, status]);
    for (const host of ['evil.test', 'evil.test:80', 'localhost.evil.test', '127.0.0.1.evil.test'])
      expect([host, await send(host)]).toEqual([host, 403]);
  });

  test('every host passes if `server.allowedHosts` is true', async () => {
    app = await createTestApp(FILES);
    dev = await startDev(app.root, { config: { server: { allowedHosts: true } } });
    for (const [, send, status] of WAYS) expect(await send('evil.test')).toBe(status);
  });
});

import { readFileSync } from 'node:fs';
import http from 'node:http';
import { type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { App } from '@gati/runtime-h3/app';
import type { InlineConfig, ViteDevServer } from 'vite';
import { listen } from '@gati/test-kit/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sendRaw } from '@gati/test-kit/sockets';
import { WAIT_LIMIT } from '@gati/test-kit/wait';
import { serveUpgrades } from '../../src/dev/upgrades.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
let upstream: http.Server | undefined;
afterEach(async () => {
  await dev.close();
  await app.dispose();
  upstream?.closeAllConnections();
  upstream?.close();
  upstream = undefined;
});

/** Private key and certificate for localhost, used only by these tests. Valid until 2126. */
const PEM = readFileSync(new URL('../helpers/localhost.pem', import.meta.url));

const ECHO =
  "export const route = 'WS /chat/:room';\nexport const socket = { message(peer, message) { peer.send(message); } };\n";
const KEY = { 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };

const FILES = {
  'src/handlers/chat.ts': ECHO,
  'src/handlers/hello.ts': "export const handler = () => 'hello';\n",
  'src/handlers/echo.ts':
    "export const route = 'POST /echo';\nexport const handler = (req) => ({ got: req.body });\n",
};

async function start(config?: InlineConfig): Promise<void> {
  app = await createTestApp(FILES);
  dev = await startDev(app.root, config ? { config } : {});
}

/**
 * Sends a handshake. Resolves with status and body of the response, or `undefined` if there is none
 * in time.
 */
function shake(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request(dev.url + path, {
      headers: { connection: 'Upgrade', upgrade: 'websocket', ...KEY, ...headers },
    });
    const timer = setTimeout(() => {
      resolve(undefined);
      request.destroy();
    }, WAIT_LIMIT);
    request.on('upgrade', (answer, socket) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ status: answer.statusCode!, body: '' });
    });
    request.on('response', (answer) => {
      clearTimeout(timer);
      let body = '';
      answer.on('data', (chunk) => (body += String(chunk)));
      answer.on('end', () => resolve({ status: answer.statusCode!, body }));
    });
    request.on('error', reject);
    request.end();
  });
}

/** Starts a server that accepts any WebSocket after 300 ms. */
async function startUpstream(): Promise<string> {
  upstream = http.createServer().on('upgrade', (_req, socket) => {
    setTimeout(
      () =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
        ),
      300,
    );
  });
  return `http://127.0.0.1:${await listen(upstream)}`;
}

test('rejects a WebSocket without a route, and accepts those of routes and of Vite', async () => {
  await start();
  const refused = await shake('/no/such');
  expect(refused?.status).toBe(404);
  expect(JSON.parse(refused!.body)).toMatchObject({
    status: 404,
    code: 'not_found',
    detail: 'No WebSocket route has this path.',
  });
  expect((await shake('/hello'))?.status).toBe(404);
  expect((await shake('/chat/blue'))?.status).toBe(101);
  expect((await shake('/', { 'sec-websocket-protocol': 'vite-ping' }))?.status).toBe(101);
  expect(
    (
      await shake(`/?token=${dev.server.config.webSocketToken}`, {
        'sec-websocket-protocol': 'vite-hmr',
      })
    )?.status,
  ).toBe(101);
});

test('leaves WebSockets of a proxy to the proxy', async () => {
  const target = await startUpstream();
  await start({
    server: {
      proxy: {
        '/live': { target, ws: true },
        '^/(one|two)/.*': { target: target.replace('http', 'ws'), rewrite: () => '/other' },
        '/plain': target,
      },
    },
  });
  expect((await shake('/live/a'))?.status).toBe(101);
  expect((await shake('/two/a'))?.status).toBe(101);
  expect((await shake('/plain'))?.status).toBe(404);
  expect((await shake('/three/a'))?.status).toBe(404);
  expect((await shake('/chat/blue'))?.status).toBe(101);
});

test('leaves WebSockets to a plugin that listens for upgrades', async () => {
  const own = {
    name: 'own-sockets',
    configureServer: ({ httpServer }: { httpServer: unknown }) =>
      void (httpServer as http.Server).on('upgrade', (req, socket: Socket) => {
        if (req.url === '/own')
          setTimeout(
            () =>
              socket.write(
                'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
              ),
            300,
          );
      }),
  };
  app = await createTestApp({ 'src/handlers/chat.ts': ECHO });
  const { createPlugins } = await import('../../src/plugins/create-plugins.ts');
  const { createContext } = await import('../../src/context.ts');
  dev = await startDev(app.root, { config: { plugins: [own, ...createPlugins(createContext())] } });
  expect((await shake('/own'))?.status).toBe(101);
  expect((await shake('/chat/blue'))?.status).toBe(101);
});

test("responds 500 to a WebSocket while the app can't be read", async () => {
  app = await createTestApp({});
  const ready = Promise.reject(new Error('no such disk'));
  ready.catch(() => undefined);
  const unread = {
    name: 'unread',
    configureServer: (server: ViteDevServer) =>
      serveUpgrades(
        server,
        { handleNodeUpgrade: () => false } as unknown as App,
        ready,
        (_req, _res, next) => next(),
      ),
  };
  dev = await startDev(app.root, { config: { plugins: [unread] } });
  const refused = await shake('/chat/blue');
  expect(refused?.status).toBe(500);
  expect(JSON.parse(refused!.body)).toMatchObject({
    code: 'internal',
    detail: expect.stringContaining('see the terminal'),
  });
});

describe.each(['http', 'https'])('over %s', (scheme) => {
  beforeEach(async () => {
    app = await createTestApp(FILES);
    dev = await startDev(
      app.root,
      scheme === 'https' ? { config: { server: { https: { key: PEM, cert: PEM } } } } : {},
    );
  });

  function raw(...texts: string[]): Promise<string> {
    const port = Number(new URL(dev.url).port);
    const secure = { port, host: '127.0.0.1', rejectUnauthorized: false };
    return sendRaw(scheme === 'https' ? connectTls(secure) : port, texts, {
      gap: 50,
    });
  }

  const H2C = 'Host: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n';
  const LAST = 'GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

  test('responds to an upgrade that is not a WebSocket as to an ordinary request', async () => {
    const got = await raw(`GET /hello HTTP/1.1\r\n${H2C}\r\n`, LAST);
    expect(got.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(got.match(/hello/g)).toHaveLength(2);
  });

  test('responds to such an upgrade with a body', async () => {
    const got = await raw(
      `POST /echo HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n${H2C}\r\n{"a":`,
      '"b"}',
      LAST,
    );
    expect(got).toContain('{"got":{"a":"b"}}');
    // From Node 24.9 on, the server closes the connection after this request and says so in the
    // response.
    const closes = got.slice(0, got.indexOf('{"got"')).toLowerCase().includes('connection: close');
    expect(got.match(/HTTP\/1\.1 200/g)).toHaveLength(closes ? 1 : 2);
  });
});

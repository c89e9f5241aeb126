import http from 'node:http';
import { connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { InlineConfig } from 'vite';
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

const ECHO = "export const route = 'WS /chat/:room';\nexport const socket = { message(peer, message) { peer.send(message); } };\n";
const KEY = { 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };

async function start(config?: InlineConfig): Promise<void> {
  app = await createTestApp({ 'src/handlers/chat.ts': ECHO, 'src/handlers/hello.ts': "export const handler = () => 'hello';\n" });
  dev = await startDev(app.root, config ? { config } : {});
}

/** Status and body of what a handshake is answered with; `undefined`: nothing within the time. */
function shake(path: string, headers: Record<string, string> = {}, patience = 5000): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request(dev.url + path, { headers: { connection: 'Upgrade', upgrade: 'websocket', ...KEY, ...headers } });
    const timer = setTimeout(() => {
      resolve(undefined);
      request.destroy();
    }, patience);
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

/** A server that takes any WebSocket, after a while. */
async function startUpstream(): Promise<string> {
  upstream = http.createServer().on('upgrade', (_req, socket) => {
    setTimeout(() => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'), 300);
  });
  await new Promise<void>((resolve) => upstream!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
}

it('refuses a WebSocket that no route takes, and takes its own and those of Vite', async () => {
  await start();
  const refused = await shake('/no/such');
  expect(refused?.status).toBe(404);
  expect(JSON.parse(refused!.body)).toMatchObject({ status: 404, code: 'not_found', detail: 'No WebSocket route has this path.' });
  expect((await shake('/hello'))?.status).toBe(404);
  expect((await shake('/chat/blue'))?.status).toBe(101);
  expect((await shake('/', { 'sec-websocket-protocol': 'vite-ping' }))?.status).toBe(101);
  expect((await shake(`/?token=${dev.server.config.webSocketToken}`, { 'sec-websocket-protocol': 'vite-hmr' }))?.status).toBe(101);
});

it('leaves to a proxy what is the proxy’s', async () => {
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

it('leaves to another plugin what may be its own', async () => {
  const own = {
    name: 'own-sockets',
    configureServer: ({ httpServer }: { httpServer: unknown }) =>
      void (httpServer as http.Server).on('upgrade', (req, socket: Socket) => {
        if (req.url === '/own')
          setTimeout(() => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'), 300);
      }),
  };
  app = await createTestApp({ 'src/handlers/chat.ts': ECHO });
  const { toPlugins } = await import('../../src/index.ts');
  const { createContext } = await import('../../src/context.ts');
  dev = await startDev(app.root, { config: { plugins: [own, ...toPlugins(createContext())] } });
  expect((await shake('/own'))?.status).toBe(101);
  expect((await shake('/chat/blue'))?.status).toBe(101);
});

it('answers an upgrade that is no WebSocket as the request that it is', async () => {
  await start();
  const { port } = new URL(dev.url);
  const got = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.write('GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    socket.write('GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  });
  expect(got.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  expect(got.match(/hello/g)).toHaveLength(2);
});

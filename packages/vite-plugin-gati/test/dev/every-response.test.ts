import type { AddressInfo } from 'node:net';
import type { App } from '@gati/runtime-h3/app';
import { HANDSHAKE_ACCEPTED, sendRaw } from '@gati/test-kit/sockets';
import type { ViteDevServer } from 'vite';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EVERY_RESPONSE } from '../../../runtime-h3/src/app/response/headers.ts';
import { serveUpgrades } from '../../src/dev/upgrades.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { type DevApp, startDev } from '../helpers/dev.ts';

const NAME = 'x-on-every-response';
beforeAll(() => void EVERY_RESPONSE.push(NAME, 'yes'));
afterAll(() => void EVERY_RESPONSE.splice(-2));

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

const start = async (): Promise<void> => {
  app = await createTestApp({
    'src/handlers/chat.ts':
      "export const route = 'WS /chat';\nexport const socket = { open(peer) { peer.close(1000); } };\n",
    'src/handlers/hello.ts': "export const handler = () => 'hello';\n",
    'src/handlers/broken.ts': "export const handler = () => { throw new Error('x'); };\n",
  });
  dev = await startDev(app.root);
};

/** Status of the first response to a request, and all values of the test header. */
async function seen(text: string): Promise<{ status: number; header: string[] }> {
  const { port } = dev.server.httpServer!.address() as AddressInfo;
  const got = await sendRaw(port, [text], { until: HANDSHAKE_ACCEPTED });
  const header = [...got.matchAll(new RegExp(`^${NAME}: (.*?)\r$`, 'gim'))];
  return { status: Number(got.slice(9, 12)), header: header.map(([, value]) => value as string) };
}

const major = Number(process.versions.node.split('.')[0]);
const HOST = 'Host: localhost\r\nConnection: close\r\n';
const upgrade = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

test.each([
  ['a route', `GET /hello HTTP/1.1\r\n${HOST}\r\n`, 200],
  ['HEAD of a route', `HEAD /hello HTTP/1.1\r\n${HOST}\r\n`, 200],
  ['an error of a handler', `GET /broken HTTP/1.1\r\n${HOST}\r\n`, 500],
  ['OPTIONS', `OPTIONS /hello HTTP/1.1\r\n${HOST}\r\n`, 204],
  ['a wrong method', `DELETE /hello HTTP/1.1\r\n${HOST}\r\n`, 405],
  ['an unknown path', `GET /nowhere HTTP/1.1\r\n${HOST}\r\n`, 404],
  ['HEAD of an unknown path', `HEAD /nowhere HTTP/1.1\r\n${HOST}\r\n`, 404],
  ['a handshake', upgrade('/chat'), 101],
  ['a handshake for no route', upgrade('/nowhere'), 404],
])('a header of every response is in development on %s', async (_way, text, status) => {
  await start();
  expect(await seen(text)).toEqual({ status, header: ['yes'] });
});

// From Node 24.22 on, Node itself rejects so many headers, and Vite's server has no say in its response.
test.skipIf(major >= 24)(
  'a header of every response is in development on an upgrade with too many headers',
  async () => {
    await start();
    const text = `GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n${'a:\r\n'.repeat(1100)}\r\n`;
    expect(await seen(text)).toEqual({ status: 431, header: ['yes'] });
  },
);

test('a header of every response is on a handshake for an app that can not be read', async () => {
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
  expect(await seen(upgrade('/chat'))).toEqual({ status: 500, header: ['yes'] });
});

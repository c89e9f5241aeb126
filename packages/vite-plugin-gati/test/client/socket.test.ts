import http from 'node:http';
import type { AddressInfo } from 'node:net';
import nodeAdapter from 'crossws/adapters/node';
import WebSocket from 'crossws/websocket';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ClientOptions, createConnect } from '../../src/client/index.ts';

const settings = { version: '1.2.3', base: '/api' };
const urls: string[] = [];
const server = http.createServer((_, response) => response.writeHead(426).end());
const adapter = nodeAdapter({
  hooks: {
    open(peer) {
      urls.push(peer.request.url);
      peer.send('"welcome"');
      peer.send(new Uint8Array([1, 2]));
    },
    message(peer, message) {
      const text = message.text();
      if (text === '"bye"') peer.close(1000, 'as asked');
      else peer.send(`{"echo":${text}}`);
    },
  },
});
let baseUrl = '';

beforeAll(async () => {
  server.on('upgrade', (request, socket, head) => {
    if (request.url!.startsWith('/api/chat/')) void adapter.handleUpgrade(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  adapter.closeAll(1000, 'done', true);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const options = (): ClientOptions => ({ baseUrl, WebSocket });

describe('a connection', () => {
  test('asks for its version in the query, keeps what is sent early, and ends the loop when it is closed', async () => {
    const connection = createConnect(settings, options())('WS /chat/:room', { params: { room: 'a b' }, query: { since: 3 } });
    connection.send({ say: 1n });
    const messages: unknown[] = [];
    for await (const message of connection) {
      messages.push(message);
      if (messages.length === 3) connection.send('bye');
    }
    expect(messages).toEqual(['welcome', new Uint8Array([1, 2]), { echo: { say: '1' } }]);
    expect(await connection.closed).toEqual({ code: 1000, reason: 'as asked' });
    expect(new URL(urls.at(-1)!)).toMatchObject({ pathname: '/api/chat/a%20b', search: '?since=3&api-version=1.2.3' });
  });

  test('keeps what arrives before somebody listens', async () => {
    const connection = createConnect(settings, options())('WS /chat/:room', { params: { room: 'a' } });
    await connection.opened;
    connection.send('x');
    const received = vi.fn();
    await new Promise<void>((resolve) =>
      connection.socket.addEventListener('message', (({ data }: { data: unknown }) => data === '{"echo":"x"}' && resolve()) as never),
    );
    const stop = connection.onMessage(received);
    expect(received.mock.calls).toEqual([['welcome'], [new Uint8Array([1, 2])], [{ echo: 'x' }]]);
    stop();
    connection.close();
    expect(await connection.closed).toMatchObject({ code: 1005 });
  });

  test('is closed when the loop is left or the signal aborts', async () => {
    const connect = createConnect(settings, options());
    const left = connect('WS /chat/:room', { params: { room: 'a' } });
    for await (const message of left) {
      expect(message).toBe('welcome');
      break;
    }
    await left.closed;

    const controller = new AbortController();
    const aborted = connect('WS /chat/:room', { params: { room: 'a' }, signal: controller.signal });
    await aborted.opened;
    controller.abort();
    expect(await aborted.closed).toMatchObject({ code: 1000 });
  });

  test('that does not come about is told', async () => {
    const refused = createConnect({ version: '1.0.0', base: '' }, options())('WS /nothing');
    await expect(refused.opened).rejects.toThrow(/closed: 1006/);
    for await (const _ of refused) expect.unreachable();
    vi.stubGlobal('WebSocket', undefined);
    expect(() => createConnect(settings, { baseUrl })('WS /chat/:room', { params: { room: 'a' } })).toThrow(/GATI_CLIENT_SOCKET/);
    vi.unstubAllGlobals();
  });
});

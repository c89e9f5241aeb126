import http from 'node:http';
import nodeAdapter from 'crossws/adapters/node';
import WebSocket from 'crossws/websocket';
import { listen } from '@gati/test-kit/ports';
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
      else if (text === '"bad"') peer.close(1008, '/say must be there');
      else if (text === '"die"') peer.terminate();
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
  baseUrl = `http://127.0.0.1:${await listen(server)}`;
});
afterAll(async () => {
  adapter.closeAll(1000, 'done', true);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const options = (): ClientOptions => ({ baseUrl, WebSocket });

describe('a connection', () => {
  test('a connection sends its version in the query, queues early messages, and ends the loop when closed', async () => {
    const connection = createConnect(settings, options())('WS /chat/:room', {
      params: { room: 'a b' },
      query: { since: 3 },
    });
    connection.send({ say: 1n });
    const messages: unknown[] = [];
    for await (const message of connection) {
      messages.push(message);
      if (messages.length === 3) connection.send('bye');
    }
    expect(messages).toEqual(['welcome', new Uint8Array([1, 2]), { echo: { say: '1' } }]);
    expect(await connection.closed).toEqual({ code: 1000, reason: 'as asked' });
    expect(new URL(urls.at(-1)!)).toMatchObject({
      pathname: '/api/chat/a%20b',
      search: '?since=3&api-version=1.2.3',
    });
  });

  test('a connection keeps messages that arrive before the first listener', async () => {
    const connection = createConnect(settings, options())('WS /chat/:room', {
      params: { room: 'a' },
    });
    await connection.opened;
    connection.send('x');
    const received = vi.fn();
    await new Promise<void>((resolve) =>
      connection.socket.addEventListener(
        'message',
        (({ data }: { data: unknown }) => data === '{"echo":"x"}' && resolve()) as never,
      ),
    );
    const stop = connection.onMessage(received);
    expect(received.mock.calls).toEqual([['welcome'], [new Uint8Array([1, 2])], [{ echo: 'x' }]]);
    stop();
    connection.close();
    expect(await connection.closed).toMatchObject({ code: 1005 });
  });

  test('leaving the loop or aborting the signal closes a connection', async () => {
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

  test.each([
    ['bad', 1008, '/say must be there'],
    ['die', 1006, ''],
  ])(
    'the loop of a broken connection throws its close code after the last message: %s',
    async (message, closeCode, reason) => {
      const connection = createConnect(settings, options())('WS /chat/:room', {
        params: { room: 'a' },
      });
      connection.send(message);
      const messages: unknown[] = [];
      const loop = async (): Promise<void> => {
        for await (const one of connection) messages.push(one);
      };
      await expect(loop()).rejects.toMatchObject({
        name: 'ConnectionError',
        code: 'GATI_CLIENT_CLOSED',
        closeCode,
        reason,
      });
      expect(messages).toEqual(['welcome', new Uint8Array([1, 2])]);
      await connection.opened;
    },
  );

  test('closing a connection ends the loop, even before it is open', async () => {
    const connect = createConnect(settings, options());
    const own = connect('WS /chat/:room', { params: { room: 'a' } });
    for await (const message of own) if (message === 'welcome') own.close(4000, 'own');
    const early = connect('WS /chat/:room', { params: { room: 'a' } });
    early.close();
    for await (const _ of early) expect.unreachable();
    await expect(early.opened).rejects.toThrow('GATI_CLIENT_CLOSED');
  });

  test.each([
    ['refused', () => baseUrl],
    ['nobody', () => 'http://127.0.0.1:9'],
  ])("a connection that can't be opened rejects: %s", async (_, where) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const connect = createConnect(
      { version: '1.0.0', base: '' },
      { ...options(), baseUrl: where() },
    );
    const connection = connect('WS /nothing');
    const loop = async (): Promise<void> => {
      for await (const _ of connection) expect.unreachable();
    };
    const error = await loop().then(
      () => expect.unreachable(),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'GATI_CLIENT_CLOSED', closeCode: 1006 });
    expect(String(error)).toContain(
      `The connection to ${where().replace('http', 'ws')}/nothing could not be opened: 1006`,
    );
    expect(await connection.opened.catch((reason: unknown) => reason)).toBe(error);
    await connect('WS /nothing').closed;
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('a connection without a global WebSocket throws GATI_CLIENT_SOCKET', () => {
    vi.stubGlobal('WebSocket', undefined);
    expect(() =>
      createConnect(settings, { baseUrl })('WS /chat/:room', { params: { room: 'a' } }),
    ).toThrow(/GATI_CLIENT_SOCKET/);
    vi.unstubAllGlobals();
  });
});

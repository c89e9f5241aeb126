import { createServer, request } from 'node:http';
import { sendRaw } from '@gati/test-kit/sockets';
import { listen } from '@gati/test-kit/ports';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpError } from '../../../src/index.ts';
import { bundle, type TestRoute } from '../../helpers/bundle.ts';
import { overNode, type Target } from '../../helpers/target.ts';
import { client, type Client } from '../../helpers/socket-client.ts';

const receive = {
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
} as const;

describe('WebSocket', () => {
  let target: Target;
  const clients: Client[] = [];
  const start = async (routes: Record<string, TestRoute>, options = {}): Promise<void> =>
    void (target = await overNode(bundle(routes), options));
  const open = async (path: string, headers: Record<string, string> = {}): Promise<Client> => {
    const made = await client(target.port, path, headers);
    clients.push(made);
    return made;
  };
  afterEach(async () => {
    for (const made of clients.splice(0)) made.destroy();
    await target.close();
  });

  test('opens, exchanges JSON messages and closes', async () => {
    const seen: unknown[] = [];
    await start({
      'WS /chat/:room': {
        receive: receive as never,
        socket: {
          open: (peer) => peer.send({ hello: peer.params['room'], q: peer.query['q'] }),
          message: (peer, message: { text: string }) =>
            peer.send({ echo: message.text, at: new Date(0), n: 1n }),
          close: (_peer, details) => void seen.push(details.code),
        },
      },
    });
    const socket = await open('/chat/a%20b?q=1');
    expect(await socket.next()).toBe('{"hello":"a b","q":"1"}');
    socket.send('{"text":"hi"}');
    expect(await socket.next()).toBe('{"echo":"hi","at":"1970-01-01T00:00:00.000Z","n":"1"}');
    socket.close(1000);
    expect((await socket.closed).code).toBe(1000);
    await expect.poll(() => seen).toEqual([1000]);
    expect(target.app.inflight).toBe(0);
  });

  test('guards a handshake, and gives hooks what guards and middleware add', async () => {
    await start({
      'WS /live': {
        guards: [
          async (req) => {
            if (req.cookies['sid'] === undefined) throw new HttpError(401, 'who');
            return { user: req.cookies['sid'] };
          },
        ],
        middleware: [
          (_req, _res, _gctx, lctx, next) => {
            lctx.state.set('tenant', 't');
            return next();
          },
        ],
        socket: {
          open: (peer) =>
            peer.send({
              ...peer.lctx,
              tenant: peer.lctx.state.get('tenant'),
              route: peer.lctx.route,
            }),
        },
      },
      'WS /plain': { socket: { open: (peer) => peer.send({ route: peer.lctx.route }) } },
    });
    const socket = await open('/live', { cookie: 'sid=ada' });
    expect(await socket.next()).toBe('{"user":"ada","tenant":"t","route":"WS /live"}');
    expect(await (await open('/plain')).next()).toBe('{"route":"WS /plain"}');
    await expect(open('/live')).rejects.toThrow(/401/);
  });

  test.each(['send', 'publish'] as const)(
    'closes the socket of a client for which too much waits (%s)',
    async (way) => {
      const burst = 'x'.repeat(100_000);
      await start(
        {
          'WS /feed/:name': {
            socket: {
              open: (peer) => (peer.subscribe('all'), peer.send('ready')),
              message: (peer) => {
                for (let n = 0; n < 300; n++)
                  if (way === 'send') peer.send(burst);
                  else peer.publish('all', burst);
              },
            },
          },
        },
        { limits: { sendQueue: 1_000_000 } },
      );
      const [reader, writer] = [await open('/feed/reader'), await open('/feed/writer')];
      expect([await reader.next(), await writer.next()]).toEqual(['"ready"', '"ready"']);
      writer.send('"go"');
      const closed = await (way === 'send' ? writer : reader).closed;
      expect(closed).toMatchObject({ code: 1013, reason: 'reads too slowly' });
    },
  );

  test('closes the socket of a client that sends pings and reads no pongs', async () => {
    await start({ 'WS /ping': { socket: {} } }, { limits: { sendQueue: 100_000 } });
    const socket = await open('/ping');
    await socket.pingWithoutReading(150_000);
    expect(await socket.closed).toMatchObject({ code: 1013, reason: 'reads too slowly' });
  });

  test('sends one message that is larger than the queue may be', async () => {
    const message = 'x'.repeat(3_000_000);
    await start(
      { 'WS /large': { socket: { open: (peer) => peer.send(message) } } },
      { limits: { sendQueue: 1000 } },
    );
    expect(await (await open('/large')).next()).toBe(JSON.stringify(message));
  });

  test('publishes to every other peer of a topic', async () => {
    await start({
      'WS /chat/:room': {
        socket: {
          open: (peer) => (peer.subscribe('all'), peer.send('ready')),
          message: (peer, message) => peer.publish('all', { from: peer.params['room'], message }),
        },
      },
    });
    const [a, b, c] = [await open('/chat/a'), await open('/chat/b'), await open('/chat/c')];
    for (const socket of [a, b, c]) expect(await socket.next()).toBe('"ready"');
    a.send('{"x":1}');
    expect(await b.next()).toBe('{"from":"a","message":{"x":1}}');
    expect(await c.next()).toBe('{"from":"a","message":{"x":1}}');
    b.send('plain');
    expect(await a.next()).toBe('{"from":"b","message":"plain"}');
  });

  test.each([
    ['not JSON', 'nope', 1007, 'not JSON at offset 0'],
    ['against the contract', '{"text":1}', 1008, '/text must be a string'],
    ['a prototype key', '{"text":"a","__proto__":{}}', 1008, 'a key is not allowed'],
    ['bytes', Buffer.from([1, 2]), 1003, 'messages of this route are JSON text'],
  ])('closes on a message that is %s', async (_name, message, code, reason) => {
    let handled = 0;
    await start({
      'WS /chat': { receive: receive as never, socket: { message: () => void handled++ } },
    });
    const socket = await open('/chat');
    socket.send(message);
    expect(await socket.closed).toEqual({ code, reason });
    expect(handled).toBe(0);
  });

  test('closes with 1009 on a message above the limit, and with 1011 when a hook fails', async () => {
    await start(
      {
        'WS /chat': {
          socket: {
            message: () => {
              throw new Error('secret');
            },
          },
        },
      },
      { limits: { message: 100 } },
    );
    const large = await open('/chat');
    large.send('x'.repeat(200));
    expect((await large.closed).code).toBe(1009);
    const failing = await open('/chat');
    failing.send('{}');
    expect(await failing.closed).toEqual({ code: 1011, reason: 'internal error' });
    expect(target.logged).toContainEqual(expect.objectContaining({ message: 'a socket failed' }));
  });

  test('rejects a handshake with a problem', async () => {
    await start({
      'WS /chat/:room': {
        params: { type: 'object', properties: { room: { type: 'integer' } }, required: ['room'] },
        middleware: [
          (req, _res, _gctx, _lctx, next) => {
            if (req.cookies['user'] === undefined) throw new HttpError(401, 'unknown_user');
            return next();
          },
        ],
        socket: { open: (peer) => peer.send('in') },
      },
    });
    const handshake = (path: string, headers: string): Promise<string> =>
      sendRaw(target.port, [
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`,
      ]);
    expect(await handshake('/chat/1', '')).toMatch(/^HTTP\/1\.1 401 [\s\S]*"code":"unknown_user"/);
    expect(await handshake('/chat/x', 'Cookie: user=1\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*"path":"\/room"/,
    );
    expect(
      await handshake('/chat/1', 'Cookie: user=1\r\nOrigin: https://evil.example\r\n'),
    ).toMatch(/^HTTP\/1\.1 403 [\s\S]*foreign_origin/);
    expect(await handshake('/elsewhere', '')).toBe('HTTP/1.1 404 Not Found\r\n\r\n');
    const same = await open('/chat/1', {
      cookie: 'user=1',
      origin: `http://127.0.0.1:${target.port}`,
    });
    expect(await same.next()).toBe('"in"');
    expect(target.app.inflight).toBe(0);
  });

  test('rejects a handshake with malformed headers with a problem', async () => {
    await start({ 'WS /chat': { socket: {} } });
    const handshake = (headers: string): Promise<string> =>
      sendRaw(target.port, [
        `GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`,
      ]);
    for (const key of ['', 'Sec-WebSocket-Key: short\r\n'])
      expect(await handshake(`Sec-WebSocket-Version: 13\r\n${key}`)).toMatch(
        /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"bad_handshake"/,
      );
    expect(
      await handshake(
        'Sec-WebSocket-Version: 7\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
      ),
    ).toMatch(/^HTTP\/1\.1 426 [\s\S]*sec-websocket-version: 13[\s\S]*"code":"upgrade_required"/);
    expect(target.app.inflight).toBe(0);
  });

  test('leaves the socket of an unknown path untouched', async () => {
    await start({ 'WS /chat': { socket: {} } });
    const server = createServer();
    let foreign = 0;
    server.on('upgrade', (req, socket, head) => {
      if (target.app.handleNodeUpgrade(req, socket, head)) return;
      foreign++;
      expect({ destroyed: socket.destroyed, listeners: socket.listenerCount('error') }).toEqual({
        destroyed: false,
        listeners: 0,
      });
      socket.end(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: vite\r\n\r\n',
      );
    });
    const port = await listen(server);
    for (const upgrade of ['websocket', 'h2c']) {
      const path = upgrade === 'websocket' ? '/@hmr' : '/chat';
      await new Promise<void>((resolve) => {
        const req = request({ port, path, headers: { connection: 'Upgrade', upgrade } }).on(
          'upgrade',
          (_res, socket) => (socket.destroy(), resolve()),
        );
        req.end();
      });
    }
    expect(foreign).toBe(2);
    server.close();
  });

  test('runs the code loaded last on open sockets', async () => {
    let greeting = 'one';
    const release = bundle({ 'WS /live': { socket: {} } });
    const [route] = release.routes;
    if (route === undefined) throw new Error('no route');
    route.load = async () => {
      const said = greeting;
      return {
        middleware: [],
        input: {},
        output: {},
        socket: { message: (peer) => peer.send(said) },
      };
    };
    target = await overNode(release);
    const socket = await open('/live');
    socket.send('1');
    expect(await socket.next()).toBe('"one"');
    greeting = 'two';
    socket.send('1');
    expect(await socket.next()).toBe('"two"');
  });

  test('closes with 1012 when the process drains', async () => {
    await start({ 'WS /chat': { socket: { open: (peer) => peer.send('in') } } });
    const socket = await open('/chat');
    await socket.next();
    await target.app.drain();
    expect(await socket.closed).toEqual({ code: 1012, reason: 'Service Restart' });
  });
});

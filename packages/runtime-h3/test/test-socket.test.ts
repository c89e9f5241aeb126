import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpError } from '../src/index.ts';
import { type TestApp, testApp } from '../src/testing/index.ts';
import type { SocketHooks } from '../src/types/context.ts';
import { bundle } from './helpers/bundle.ts';

const events: string[] = [];
const chat: SocketHooks = {
  open(peer) {
    peer.subscribe(peer.params['room']!);
    peer.send({ joined: peer.params['room'], as: peer.query['as'] ?? null });
  },
  message(peer, message) {
    const { text } = message as { text: string };
    if (text === 'bye') return peer.close(4001, 'you said bye');
    peer.publish(peer.params['room']!, { text });
    peer.send({ text, at: new Date(0) });
  },
  close(_peer, { code }) {
    events.push(`closed ${code}`);
  },
};
const text = {
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
} as const;

describe('testApp().socket()', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp({
      release: bundle({
        'WS /chat/:room': { socket: chat, receive: text as never },
        'WS /guarded': {
          socket: { open: (peer) => peer.send(new Uint8Array([1, 2])) },
          guards: [
            (req) => {
              if (req.headers['authorization'] !== 'Bearer t1')
                throw new HttpError(401, 'who_are_you');
              return {};
            },
          ],
          guardPlaces: ['src/handlers/_guard.ts:1'],
        },
      }),
    });
  });
  afterAll(() => app.close());

  test('sends and receives messages, by next() and in a loop, until either side closes', async () => {
    const first = await app.socket('/chat/:room', {
      params: { room: 'a b' },
      query: { as: 'Ada' },
    });
    const second = await app.socket('WS /chat/:room', { params: { room: 'a b' } });
    expect(await first.next()).toEqual({ joined: 'a b', as: 'Ada' });
    first.send({ text: 'hello' });
    expect(await first.next()).toEqual({ text: 'hello', at: '1970-01-01T00:00:00.000Z' });
    const seen: unknown[] = [];
    first.send({ text: 'bye' });
    expect(await first.closed).toEqual({ code: 4001, reason: 'you said bye' });
    await expect(first.next()).rejects.toThrow('The socket is closed (4001: you said bye).');
    const closed = second.close(4000, 'done');
    for await (const message of second) seen.push(message);
    expect(seen).toEqual([{ joined: 'a b', as: null }, { text: 'hello' }]);
    expect(await closed).toEqual({ code: 4000, reason: 'done' });
    await expect.poll(() => events).toEqual(['closed 4001', 'closed 4000']);
  });

  test.each([
    ['a message that violates the contract', (socket: Socket) => socket.send({ text: 7 }), 1008],
    ['a text that is not JSON', (socket: Socket) => socket.sendText('no'), 1007],
    ['bytes where JSON is declared', (socket: Socket) => socket.send(new Uint8Array(3)), 1003],
    ['a message over the limit', (socket: Socket) => socket.sendText(' '.repeat(3e6)), 1009],
  ])('closes the socket as a server does: %s', async (_, send, code) => {
    const socket = await app.socket('/chat/:room', { params: { room: 'x' } });
    send(socket);
    expect((await socket.closed).code).toBe(code);
  });

  test('rejects with the response of a guard, and passes with its headers', async () => {
    await expect(app.socket('/guarded')).rejects.toMatchObject({
      name: 'TestHandshakeError',
      status: 401,
      body: { code: 'who_are_you' },
    });
    const socket = await app.socket('/guarded', { headers: { authorization: 'Bearer t1' } });
    expect(await socket.next()).toEqual(new Uint8Array([1, 2]));
    await socket.close();
  });

  test('rejects with 404 where no route is', async () => {
    await expect(app.socket('/nowhere')).rejects.toMatchObject({ status: 404 });
  });

  test('close() of the app closes open sockets', async () => {
    const other = await testApp({ release: bundle({ 'WS /a': { socket: {} } }) });
    const socket = await other.socket('/a');
    await other.close();
    expect((await socket.closed).code).toBe(1012);
  });
});

type Socket = Awaited<ReturnType<TestApp['socket']>>;

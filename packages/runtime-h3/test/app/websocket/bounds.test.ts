import { connect } from 'node:net';
import { HANDSHAKE_ACCEPTED, sendRaw } from '@gati/test-kit/sockets';
import { afterEach, expect, test } from 'vitest';
import { LimitCounts } from '../../../src/telemetry/record/limit-counts.ts';
import type { Guard } from '../../../src/types/context.ts';
import type { Limits } from '../../../src/types/limits.ts';
import { bundle, type TestRoute } from '../../helpers/bundle.ts';
import { overNode, type Target } from '../../helpers/target.ts';
import { client, type Client } from '../../helpers/socket-client.ts';

let target: Target;
let limitCounts: LimitCounts;
const clients: Client[] = [];

const start = async (routes: Record<string, TestRoute>, limits: Partial<Limits>): Promise<void> => {
  limitCounts = new LimitCounts();
  target = await overNode(bundle(routes), { limits, limitCounts });
};
const open = async (path: string): Promise<Client> => {
  const made = await client(target.port, path);
  clients.push(made);
  return made;
};
afterEach(async () => {
  for (const made of clients.splice(0)) made.destroy();
  await target.close();
});

const HANDSHAKE =
  'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** A hook that runs until `release()`, and what it saw. */
function gatedHook(): {
  message(peer: unknown, message: unknown): Promise<void>;
  started: unknown[];
  most(): number;
  release(): void;
} {
  const started: unknown[] = [];
  let running = 0;
  let most = 0;
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  return {
    async message(_peer, message) {
      started.push(message);
      most = Math.max(most, ++running);
      await gate;
      running--;
    },
    started,
    most: () => most,
    release: () => release(),
  };
}

test('hooks of one client run up to socketHooks at a time, in the order of its messages', async () => {
  const { message, started, most, release } = gatedHook();
  await start({ 'WS /work': { socket: { message } } }, { socketHooks: 5 });
  const socket = await open('/work');
  for (let n = 0; n < 500; n++) socket.send(String(n));
  await expect.poll(() => limitCounts.counts).toEqual({ socketHooks: 1 });
  expect(started).toEqual([0, 1, 2, 3, 4]);
  release();
  await expect.poll(() => started.length).toBe(500);
  expect(started).toEqual(Array.from({ length: 500 }, (_, n) => n));
  expect(most()).toBe(5);
});

test('hooks of another client run while those of one client are at socketHooks', async () => {
  const { message, started, release } = gatedHook();
  const routes = {
    'WS /work': { socket: { message } },
    'WS /echo': {
      socket: { message: (peer: { send(value: unknown): void }) => peer.send('here') },
    },
  };
  await start(routes as never, { socketHooks: 1 });
  const busy = await open('/work');
  for (let n = 0; n < 10; n++) busy.send(String(n));
  await expect.poll(() => started).toEqual([0]);
  const other = await open('/echo');
  other.send('1');
  expect(await other.next()).toBe('"here"');
  release();
});

test('messages that wait start before the close hook of a client that leaves', async () => {
  const { message, started, release } = gatedHook();
  const close = (): void => void started.push('closed');
  await start({ 'WS /work': { socket: { message, close } } }, { socketHooks: 2 });
  const socket = await open('/work');
  for (let n = 0; n < 20; n++) socket.send(String(n));
  await expect.poll(() => started).toEqual([0, 1]);
  socket.close(1000);
  release();
  await expect.poll(() => started.at(-1)).toBe('closed');
  expect(started).toEqual([...Array.from({ length: 20 }, (_, n) => n), 'closed']);
});

test('a socket ends when its client answers no ping for pingInterval', async () => {
  await start({ 'WS /idle': { socket: {} } }, { pingInterval: 100 });
  const text = await sendRaw(target.port, [`GET /idle HTTP/1.1\r\n${HANDSHAKE}\r\n`]);
  expect(text).toContain('101 Switching Protocols');
  expect(text).toContain('crossws-ping');
  expect(limitCounts.counts).toEqual({ pingInterval: 1 });
});

test('a handshake gets 503 while as many as handshakes are open', async () => {
  let waiting = 0;
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  await start(
    {
      'WS /slow': {
        socket: {},
        middleware: [
          async (_req, _res, _gctx, _lctx, next) => {
            waiting++;
            await gate;
            return next();
          },
        ],
      },
    },
    { handshakes: 2 },
  );
  const opening = [open('/slow'), open('/slow')];
  const send = (): Promise<string> =>
    sendRaw(target.port, [`GET /slow HTTP/1.1\r\n${HANDSHAKE}\r\n`], {
      until: HANDSHAKE_ACCEPTED,
    });
  await expect.poll(() => waiting).toBe(2);
  const rejected = await send();
  expect(rejected).toContain('HTTP/1.1 503 ');
  expect(rejected).toContain('retry-after: 1');
  expect(rejected).toContain('"code":"overloaded"');
  expect(limitCounts.counts).toEqual({ handshakes: 1 });
  release();
  await Promise.all(opening);
  await expect.poll(send).toContain('HTTP/1.1 101 ');
});

test.each(['end', 'destroy', 'resetAndDestroy'] as const)(
  'a client that leaves during its handshake is noticed at once: %s',
  async (leave) => {
    let signal: AbortSignal | undefined;
    const guard: Guard = (_req, _gctx, lctx) => {
      signal = lctx.signal;
      return new Promise(() => undefined);
    };
    await start({ 'WS /slow': { socket: {}, guards: [guard] } }, { handshakes: 1 });
    const socket = connect(target.port, '127.0.0.1');
    socket.write(`GET /slow HTTP/1.1\r\n${HANDSHAKE}\r\n`);
    await expect.poll(() => signal?.aborted).toBe(false);
    socket[leave]();
    await expect.poll(() => signal?.aborted).toBe(true);
    // Its place is free again: the next client waits for the guard instead of getting 503.
    signal = undefined;
    const next = connect(target.port, '127.0.0.1');
    next.write(`GET /slow HTTP/1.1\r\n${HANDSHAKE}\r\n`);
    await expect.poll(() => (signal as AbortSignal | undefined)?.aborted).toBe(false);
    next.destroy();
    await expect.poll(() => (signal as AbortSignal | undefined)?.aborted).toBe(true);
    expect(limitCounts.counts).toEqual({});
  },
);

test('a message above its limit is counted', async () => {
  await start({ 'WS /idle': { socket: {} } }, { message: 100 });
  const socket = await open('/idle');
  socket.send('x'.repeat(200));
  expect((await socket.closed).code).toBe(1009);
  expect(limitCounts.counts).toEqual({ message: 1 });
});

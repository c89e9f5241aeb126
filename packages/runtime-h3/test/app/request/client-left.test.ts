import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import { connect } from 'node:net';
import { listen } from '@gati/test-kit/ports';
import { afterEach, expect, test } from 'vitest';
import type { LocalContext } from '../../../src/types/context.ts';
import { bundle, type TestRoute } from '../../helpers/bundle.ts';
import { overNode, type Target } from '../../helpers/target.ts';

/** What the code of the app saw of one request. */
interface Seen {
  /** Resolves when the request has reached the code of the app. */
  arrived: Promise<void>;
  arrive(): void;
  /** Resolves when the server has noticed that the client left. */
  hasLeft: Promise<void>;
  leave(): void;
  /** Whether `lctx.signal`, read after that for the first time, is aborted. */
  aborted: boolean | undefined;
}

let target: Target;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await target.close();
});

function look(): Seen {
  let arrive = (): void => undefined;
  let leave = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const hasLeft = new Promise<void>((resolve) => (leave = resolve));
  return { arrived, arrive, hasLeft, leave, aborted: undefined };
}

async function readLate(seen: Seen, lctx: LocalContext): Promise<void> {
  seen.arrive();
  await seen.hasLeft;
  seen.aborted = lctx.signal.aborted;
}

/** Serves the route, and returns the function that serves a request over Node. */
async function open(
  id: string,
  route: TestRoute,
  seen: Seen,
): Promise<(req: IncomingMessage, res: ServerResponse) => void> {
  target = await overNode(bundle({ [id]: route }));
  return (req, res) => {
    res.once('close', seen.leave);
    target.app.handleNodeRequest(req, res);
  };
}

const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

test('lctx.signal is aborted when a handler reads it after its HTTP/1.1 client left', async () => {
  const seen = look();
  const handler: TestRoute['handler'] = (_req, _res, _gctx, lctx) => readLate(seen, lctx);
  const server = createServer(await open('GET /late', { handler }, seen));
  const socket = connect(await listen(server), '127.0.0.1');
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  socket.write('GET /late HTTP/1.1\r\nHost: x\r\n\r\n');
  await seen.arrived;
  socket.destroy();
  await expect.poll(() => seen.aborted).toBe(true);
});

test('lctx.signal is aborted when a handler reads it after its HTTP/2 client left', async () => {
  const seen = look();
  const handler: TestRoute['handler'] = (_req, _res, _gctx, lctx) => readLate(seen, lctx);
  const serve = await open('GET /late', { handler }, seen);
  const server = http2.createServer((req, res) => serve(req as never, res as never));
  const client = http2.connect(`http://127.0.0.1:${await listen(server)}`);
  ends.push(() => new Promise((resolve) => client.close(() => server.close(resolve))));
  const stream = client.request({ ':path': '/late' });
  await seen.arrived;
  stream.close(http2.constants.NGHTTP2_CANCEL);
  await expect.poll(() => seen.aborted).toBe(true);
});

test('lctx.signal aborts when an HTTP/2 client leaves, and not after a complete response', async () => {
  const signals: AbortSignal[] = [];
  const seen = look();
  const handler: TestRoute['handler'] = async (req, _res, _gctx, { signal }) => {
    signals.push(signal);
    if (req.query.wait !== undefined)
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { done: true };
  };
  const serve = await open('GET /wait', { handler }, seen);
  const server = http2.createServer((req, res) => serve(req as never, res as never));
  const client = http2.connect(`http://127.0.0.1:${await listen(server)}`);
  ends.push(() => new Promise((resolve) => client.close(() => server.close(resolve))));
  const complete = client.request({ ':path': '/wait' });
  expect((await complete.setEncoding('utf8').toArray()).join('')).toBe('{"done":true}');
  const cancelled = client.request({ ':path': '/wait?wait' });
  await expect.poll(() => signals.length).toBe(2);
  cancelled.close(http2.constants.NGHTTP2_CANCEL);
  await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  await expect.poll(() => target.app.inflight).toBe(0);
});

test('lctx.signal is aborted when middleware reads it after the connection of a handshake ended', async () => {
  const seen = look();
  const middleware: TestRoute['middleware'] = [
    async (_req, _res, _gctx, lctx, next) => (await readLate(seen, lctx), next()),
  ];
  await open('WS /late', { socket: {}, middleware }, seen);
  const server = createServer().on('upgrade', (req, socket, head) => {
    socket.once('close', seen.leave);
    target.app.handleNodeUpgrade(req, socket, head);
    // The server reads nothing from the socket before it accepts the handshake.
    void seen.arrived.then(() => socket.destroy());
  });
  const socket = connect(await listen(server), '127.0.0.1');
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  socket.write(`GET /late HTTP/1.1\r\nHost: x\r\n${HANDSHAKE}\r\n`);
  await expect.poll(() => seen.aborted).toBe(true);
  socket.destroy();
});

import { connect, createServer, type Server, type Socket } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listen } from '@gati/test-kit/ports';
import { sendRaw } from '@gati/test-kit/sockets';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type App, createApp, onlyRelease } from '../../../src/app/index.ts';
import { createProbes } from '../../../src/server/http/probes.ts';
import { createDispatcher } from '../../../src/server/worker/dispatch.ts';
import { createHttpServer, type HttpServer } from '../../../src/server/worker/http-server.ts';
import { LimitCounts } from '../../../src/telemetry/record/limit-counts.ts';
import { DEFAULT_LIMITS, type Limits } from '../../../src/types/limits.ts';
import { bundle, context } from '../../helpers/bundle.ts';

/** More than the system buffers for a connection. */
const LARGE = 24 * 2 ** 20;

let folder = '';
let app: App;
let http: HttpServer;
let listener: Server;
let port = 0;
let limitCounts: LimitCounts;
const clients: Socket[] = [];
/** Names of the streams that ended. */
const ended: string[] = [];
/** Connections of the server by the port of their client. */
const accepted = new Map<number, Socket>();

beforeAll(async () => {
  folder = temporaryFolder('bounds');
  await writeFile(join(folder, 'large.bin'), Buffer.alloc(LARGE));
});

async function* chunks(name: string): AsyncGenerator<string> {
  try {
    for (;;) yield 'x'.repeat(100_000);
  } finally {
    ended.push(name);
  }
}

const release = bundle({
  'GET /hello': { handler: () => ({ hello: 'world' }) },
  'GET /large': { handler: () => 'x'.repeat(LARGE) },
  'GET /medium': { handler: () => 'x'.repeat(200_000) },
  'GET /stream': { handler: (_req, res) => res.stream(chunks('stream')) },
  'GET /events': { handler: () => chunks('events') as never },
  'POST /echo': { body: {}, handler: (req) => ({ size: (req.body as string).length }) },
  'WS /flood': {
    socket: {
      open: (peer) => {
        for (let n = 0; n < 30; n++) peer.send('x'.repeat(1_000_000));
      },
    },
  },
});

async function start(limits: Partial<Limits>): Promise<void> {
  const all = { ...DEFAULT_LIMITS, sendQueue: 2 ** 30, ...limits };
  limitCounts = new LimitCounts();
  ended.length = 0;
  app = createApp({
    releases: () => onlyRelease(release),
    context: (each) => context(each, []),
    mode: 'production',
    logger: context(release, []).logger,
    limits: all,
    limitCounts,
    takeRoom: (res, bytes) => http.takeRoom(res, bytes),
  });
  const probes = createProbes({
    prepare: () => undefined,
    draining: () => false,
    health: () => Promise.resolve({}),
    onError: () => undefined,
  });
  http = createHttpServer({
    limits: all,
    limitCounts,
    state: { draining: false },
    onRequest: createDispatcher({
      app,
      probes,
      prepare: () => undefined,
      client: folder,
      base: undefined,
      onError: () => undefined,
    }),
    onUpgrade: (req, socket, head) => app.handleNodeUpgrade(req, socket, head),
  });
  listener = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    accepted.set(socket.remotePort!, socket);
    http.addConnection(socket);
  });
  port = await listen(listener);
}
async function stop(): Promise<void> {
  for (const client of clients.splice(0)) client.destroy();
  await app.close();
  http.destroy();
  await new Promise((resolve) => listener.close(resolve));
}

const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** A client that sends bytes and reads nothing until it is resumed. */
function silent(text: string): Socket {
  const socket = connect(port, '127.0.0.1');
  clients.push(socket);
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(text);
  return socket;
}

describe('a client that takes nothing for writeTimeout', () => {
  const REQUESTS: Record<string, string> = {
    'a large response': get('/large'),
    'a byte stream': get('/stream'),
    'an event stream': get('/events'),
    'a file': get('/large.bin'),
    'pipelined responses': get('/medium').repeat(200),
    'a WebSocket': get('/flood', HANDSHAKE),
  };
  const sent: Record<string, Socket> = {};
  beforeAll(async () => {
    await start({ writeTimeout: 2000 });
    for (const [what, bytes] of Object.entries(REQUESTS)) sent[what] = silent(bytes);
  });
  afterAll(stop);

  test.each(Object.keys(REQUESTS))('loses its connection: %s', async (what) => {
    await expect.poll(() => accepted.get(sent[what]!.localPort!)?.destroyed).toBe(true);
  });

  test('counts a client that reads nothing, and ends the source of its stream', async () => {
    await expect.poll(() => limitCounts.counts).toEqual({ writeTimeout: 6 });
    await expect.poll(() => ended.toSorted()).toEqual(['events', 'stream']);
  });

  test('sends a client that reads slowly its whole response', async () => {
    const socket = silent(get('/large', 'Connection: close\r\n'));
    let size = 0;
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length;
      socket.pause();
    });
    const timer = setInterval(() => socket.resume(), 3);
    await expect.poll(() => size).toBeGreaterThan(LARGE);
    clearInterval(timer);
    expect(limitCounts.counts).toEqual({ writeTimeout: 6 });
  });
});

describe('a worker', () => {
  afterEach(stop);

  test('responds 503 instead of a large response while too many bytes wait, and ends those that stall', async () => {
    await start({ unsent: LARGE * 1.5 });
    const stalled = silent(get('/large'));
    await expect.poll(() => app.inflight).toBe(0);
    const rejected = await fetch(`http://127.0.0.1:${port}/large`);
    expect({ status: rejected.status, retry: rejected.headers.get('retry-after') }).toEqual({
      status: 503,
      retry: '1',
    });
    expect(await fetchStatus('/hello')).toBe(200);
    // A client that took nothing between two sweeps loses its connection to one that reads.
    await expect.poll(() => fetchStatus('/large')).toBe(200);
    stalled.resume();
    await new Promise((resolve) => stalled.once('close', resolve));
    expect(stalled.bytesRead).toBeLessThan(LARGE);
  });

  test('sends a response that alone is larger than all that may wait', async () => {
    await start({ unsent: 1000 });
    expect(await fetchStatus('/large')).toBe(200);
    expect(await fetchStatus('/large')).toBe(200);
  });

  const fetchStatus = async (path: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    await response.arrayBuffer();
    return response.status;
  };

  test('closes connections above its limit, and ends idle ones early', async () => {
    await start({ connections: 4, keepAlive: 60_000 });
    const idle = [1, 2, 3, 4].map(() => connect(port, '127.0.0.1'));
    clients.push(...idle);
    for (const socket of idle) socket.write(get('/hello'));
    await expect.poll(() => idle.every(({ bytesRead }) => bytesRead > 0)).toBe(true);
    expect(await sendRaw(port, [get('/hello')])).toBe('');
    expect(limitCounts.counts).toEqual({ connections: 1 });
    await expect
      .poll(() => sendRaw(port, [get('/hello', 'Connection: close\r\n')]))
      .toContain('200 OK');
  });

  test('responds 503 to a body while too many bytes of bodies are read', async () => {
    await start({ bodies: 1_100_000, body: 1_000_000, upload: 1_000_000 });
    const post = (size: number): string =>
      `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`;
    const body = JSON.stringify('x'.repeat(499_998));
    // It never sends the last byte.
    const slow = silent(post(900_000) + 'x'.repeat(899_999));
    await expect.poll(() => accepted.get(slow.localPort!)?.bytesRead).toBeGreaterThan(899_999);
    expect((await sendRaw(port, [post(500_000) + body])).slice(9, 12)).toBe('503');
    expect(limitCounts.counts).toEqual({ bodies: 1 });
    // A body that arrives at once waits for nothing.
    expect(await sendRaw(port, [`${post(4)}"ab"`])).toContain('{"size":2}');
    slow.destroy();
    await expect
      .poll(() => sendRaw(port, [post(500_000) + body]).then((text) => text.slice(9, 12)))
      .toBe('200');
  });

  test('ends a connection when too many pipelined requests wait', async () => {
    await start({ pipelined: 50 });
    const socket = connect(port, '127.0.0.1');
    clients.push(socket);
    socket.on('error', () => undefined);
    socket.write(get('/hello').repeat(200));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(limitCounts.counts).toEqual({ pipelined: 1 });
    const fine = await sendRaw(port, [
      get('/hello').repeat(50) + get('/hello', 'Connection: close\r\n'),
    ]);
    expect(fine.match(/200 OK/g)).toHaveLength(51);
  });
});

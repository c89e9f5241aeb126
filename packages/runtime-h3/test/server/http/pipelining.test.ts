import { connect, createServer, type Server } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listen } from '@gati/test-kit/ports';
import { sendRaw } from '@gati/test-kit/sockets';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type App, createApp, onlyRelease } from '../../../src/app/index.ts';
import { createProbes } from '../../../src/server/http/probes.ts';
import { createDispatcher } from '../../../src/server/worker/dispatch.ts';
import { createHttpServer, type HttpServer } from '../../../src/server/worker/http-server.ts';
import { LimitCounts } from '../../../src/telemetry/record/limit-counts.ts';
import { DEFAULT_LIMITS } from '../../../src/types/limits.ts';
import { bundle, context } from '../../helpers/bundle.ts';

let app: App;
let http: HttpServer;
let listener: Server;
let port: number;
/** Requests whose handler runs, and the highest number of them at a time. */
let running = 0;
let most = 0;
let served: string[] = [];

const work = async (name: string, ms: number): Promise<void> => {
  served.push(name);
  most = Math.max(most, ++running);
  await new Promise((resolve) => setTimeout(resolve, ms));
  running--;
};

beforeAll(async () => {
  const folder = temporaryFolder('pipelining');
  await writeFile(join(folder, 'a.txt'), 'a file');
  const release = bundle({
    'GET /slow/:name': {
      handler: async ({ params }) => {
        await work(params.name!, 20);
        return params.name;
      },
    },
    'GET /now': { handler: () => void served.push('now') },
    'GET /large': { handler: async () => (await work('large', 0), { text: 'x'.repeat(200_000) }) },
    'GET /events': {
      handler: async function* () {
        for (let n = 0; n < 3; n++) {
          yield n;
          await work(`event ${n}`, 10);
        }
      } as never,
    },
    'POST /echo': { body: {}, handler: async (req) => (await work('echo', 5), req.body) },
    'WS /chat': { socket: { open: (peer) => peer.close(1000) } },
  });
  app = createApp({
    releases: () => onlyRelease(release),
    context: (each) => context(each, []),
    mode: 'production',
    logger: context(release, []).logger,
  });
  const probes = createProbes({
    prepare: () => undefined,
    draining: () => false,
    health: () => Promise.resolve({}),
    metrics: () => Promise.resolve({ type: 'text/plain', text: '' }),
    onError: () => undefined,
  });
  http = createHttpServer({
    limits: DEFAULT_LIMITS,
    limitCounts: new LimitCounts(),
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
  listener = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
    http.addConnection(socket),
  );
  port = await listen(listener);
});
afterAll(async () => {
  await app.close();
  http.destroy();
  await new Promise((resolve) => listener.close(resolve));
});
beforeEach(() => {
  running = 0;
  most = 0;
  served = [];
});

const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const post = (path: string, body: string, headers = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;
const LAST = 'Connection: close\r\n';
const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const statuses = (text: string): string[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!);

/**
 * Parts of the server that write a response: a name, the bytes of a request and the status of its
 * response.
 */
const WRITERS: [string, string, string][] = [
  ['a route', get('/slow/b', LAST), '200'],
  ['an unknown path', get('/nowhere', LAST), '404'],
  ['an event stream', get('/events', LAST), '200'],
  ['a body', post('/echo', '[1]', LAST), '200'],
  ['a body after 100 Continue', post('/echo', '[1]', `${LAST}Expect: 100-continue\r\n`), '100 200'],
  ['a probe', get('/livez', LAST), '200'],
  ['a file', get('/a.txt', LAST), '200'],
  ['a head without Host', 'GET /slow/b HTTP/1.1\r\n\r\n', '400'],
  ['bytes that are not HTTP', 'nonsense\r\n\r\n', '400'],
  ['a head that is too large', get('/slow/b', `X-A: ${'a'.repeat(20_000)}\r\n`), '431'],
  [
    'a malformed chunk',
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    '400',
  ],
  ['an expectation that is not met', get('/slow/b', 'Expect: magic\r\n'), '417'],
  ['CONNECT', 'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n', '405'],
  ['a handshake', get('/chat', HANDSHAKE), '101'],
  ['a handshake for no route', get('/nowhere', HANDSHAKE), '404'],
  ['a handshake without Host', `GET /chat HTTP/1.1\r\n${HANDSHAKE}\r\n`, '400'],
  ['an upgrade that is ignored', get('/slow/b', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'), '200'],
];

/** Writers after which the server keeps the connection. It closes the others. */
const STAYS_OPEN = new Set(['a handshake', 'an upgrade that is ignored']);

test.each(WRITERS)(
  'a response comes after those to earlier requests of its connection: %s',
  async (writer, bytes, status) => {
    const text = await sendRaw(port, [get('/slow/a') + get('/slow/a2') + bytes], {
      until: (got) => STAYS_OPEN.has(writer) && statuses(got).length === 3,
    });
    expect(statuses(text)).toEqual(['200', '200', ...status.split(' ')]);
    expect(served.slice(0, 2)).toEqual(['a', 'a2']);
  },
);

test('requests of one connection run one after the other', async () => {
  const requests = ['a', 'b', 'c', 'd'].map((name) => get(`/slow/${name}`));
  const text = await sendRaw(port, [requests.join('') + post('/echo', '[1]', LAST)]);
  expect(statuses(text)).toEqual(['200', '200', '200', '200', '200']);
  expect(served).toEqual(['a', 'b', 'c', 'd', 'echo']);
  expect(most).toBe(1);
});

test('requests of one connection leave time for other connections', async () => {
  const text = sendRaw(port, [get('/now').repeat(500) + get('/now', LAST)]);
  await expect.poll(() => served.length, { interval: 1 }).toBeGreaterThan(0);
  let turns = 0;
  const count = (): void => {
    turns++;
    if (served.length < 501) setImmediate(count);
  };
  count();
  expect(statuses(await text)).toHaveLength(501);
  expect(turns).toBeGreaterThan(100);
});

test('requests of several connections run at the same time', async () => {
  await Promise.all(['a', 'b', 'c'].map((name) => sendRaw(port, [get(`/slow/${name}`, LAST)])));
  expect(most).toBeGreaterThan(1);
});

test('a client that does not read its pipelined responses starts few requests', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write(get('/large').repeat(400));
  // The system buffers some responses.
  await expect.poll(() => served.length).toBeGreaterThan(1);
  let before = 0;
  await expect
    .poll(
      () => {
        const grown = served.length - before;
        before = served.length;
        return grown;
      },
      { interval: 100 },
    )
    .toBe(0);
  expect(served.length).toBeLessThan(100);
  let size = 0;
  socket.on('data', (chunk: Buffer) => (size += chunk.length)).resume();
  await expect.poll(() => size).toBeGreaterThan(400 * 200_000);
  expect(most).toBe(1);
  socket.destroy();
});

test('a request after one with Connection: close is not served', async () => {
  await sendRaw(port, [get('/slow/a', LAST) + post('/echo', '[1]')]);
  expect(served).toEqual(['a']);
});

test('a large body of a pipelined request arrives whole', async () => {
  const body = JSON.stringify('y'.repeat(500_000));
  const text = await sendRaw(port, [get('/slow/a') + post('/echo', body) + get('/slow/b', LAST)]);
  expect(statuses(text)).toEqual(['200', '200', '200']);
  expect(text).toContain(body);
  expect(served).toEqual(['a', 'echo', 'b']);
});

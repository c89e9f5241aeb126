import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { listen } from '@gati/test-kit/ports';
import { HANDSHAKE_ACCEPTED, sendRaw } from '@gati/test-kit/sockets';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type App, createApp, onlyRelease } from '../../../src/app/index.ts';
import { enableCompression } from '../../../src/server/http/compression.ts';
import { createProbes, type ProbeSources } from '../../../src/server/http/probes.ts';
import { createDispatcher } from '../../../src/server/worker/dispatch.ts';
import { createHttpServer, type HttpServer } from '../../../src/server/worker/http-server.ts';
import { LimitCounts } from '../../../src/telemetry/record/limit-counts.ts';
import { DEFAULT_LIMITS } from '../../../src/types/limits.ts';
import { bundle, context } from '../../helpers/bundle.ts';
import { testHeaders, useTestHeader } from '../../helpers/test-header.ts';

useTestHeader();

let folder = '';
let app: App;
let http: HttpServer;
let listener: Server;
let port: number;
let draining = false;
let metrics: ProbeSources['metrics'];
let failing: Record<string, string>;

beforeAll(async () => {
  folder = temporaryFolder('every-response');
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'assets/main-0123456789.js'), 'export {};\n'.repeat(200));
});

beforeEach(async () => {
  draining = false;
  failing = {};
  metrics = () =>
    Promise.resolve({ type: 'text/plain; version=0.0.4; charset=utf-8', text: 'up 1\n' });
  const release = bundle({
    'GET /hello': { handler: () => ({ hello: 'world' }) },
    'GET /large': { handler: () => ({ text: 'x'.repeat(5000) }) },
    'POST /echo': { handler: (req) => ({ got: req.body }) },
    'WS /chat': { socket: { open: (peer) => peer.close(1000) } },
  });
  const state = { draining: false };
  const prepare = (res: Parameters<typeof enableCompression>[0]): void =>
    enableCompression(res, state);
  app = createApp({
    releases: () => onlyRelease(release),
    context: (bundle) => context(bundle),
    mode: 'production',
    logger: context(release).logger,
    beforeLargeResponse: prepare,
  });
  const probes = createProbes({
    prepare,
    draining: () => draining,
    health: () => Promise.resolve(failing),
    get metrics() {
      return metrics;
    },
    onError: () => undefined,
  });
  http = createHttpServer({
    limits: DEFAULT_LIMITS,
    limitCounts: new LimitCounts(),
    state,
    onRequest: createDispatcher({
      app,
      probes,
      prepare,
      client: folder,
      base: undefined,
      onError: () => undefined,
    }),
    onUpgrade: (req, socket, head) => app.handleNodeUpgrade(req, socket, head),
  });
  listener = createServer((socket) => http.addConnection(socket));
  port = await listen(listener);
});
afterEach(async () => {
  await app.close();
  http.destroy();
  await new Promise((resolve) => listener.close(resolve));
});

const HOST = 'Host: x\r\nConnection: close\r\n';
const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\n${HOST}${headers}\r\n`;
const upgrade = (path: string, headers = 'Host: x\r\n'): string =>
  `GET ${path} HTTP/1.1\r\n${headers}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
const ETAG = /^etag: (.*)\r$/im;

/** Ways out of a built server: a name, the bytes of a request and the status of its response. */
const WAYS: [string, string, number][] = [
  ['a route', get('/hello'), 200],
  ['a compressed response', get('/large', 'Accept-Encoding: br\r\n'), 200],
  ['an unknown path', get('/nowhere'), 404],
  ['/livez', get('/livez'), 200],
  ['/readyz', get('/readyz'), 200],
  ['/metrics', get('/metrics'), 200],
  ['a page', get('/', 'Accept: text/html\r\n'), 200],
  ['a file', get('/assets/main-0123456789.js'), 200],
  ['a compressed file', get('/assets/main-0123456789.js', 'Accept-Encoding: gzip\r\n'), 200],
  ['a part of a file', get('/assets/main-0123456789.js', 'Range: bytes=0-9\r\n'), 206],
  ['a range outside of a file', get('/assets/main-0123456789.js', 'Range: bytes=9999-\r\n'), 416],
  ['a request without Host', 'GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['bytes that are not HTTP', 'nonsense\r\n\r\n', 400],
  ['a head that is too large', get('/hello', `X-A: ${'a'.repeat(20_000)}\r\n`), 431],
  [
    'chunk extensions that are too large',
    `POST /echo HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(20_000)}\r\n`,
    413,
  ],
  ['an expectation that is not met', get('/hello', 'Expect: magic\r\n'), 417],
  ['CONNECT', `CONNECT x:80 HTTP/1.1\r\n${HOST}\r\n`, 405],
  ['a handshake', upgrade('/chat'), 101],
  ['a handshake for no route', upgrade('/nowhere'), 404],
  ['a handshake without Host', upgrade('/chat', ''), 400],
  [
    'an upgrade with too many headers',
    `GET /hello HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n${'a:\r\n'.repeat(1100)}\r\n`,
    431,
  ],
];

const request = (text: string): Promise<string> =>
  sendRaw(port, [text], { until: HANDSHAKE_ACCEPTED });
const seen = (text: string): { status: number; header: string[] } => ({
  status: Number(text.slice(9, 12)),
  header: testHeaders(text),
});

test.each(WAYS)('a header of every response is on %s', async (_way, text, status) => {
  const response = await request(text);
  expect(seen(response)).toEqual({ status, header: ['yes'] });
  expect(response.match(/^x-content-type-options: nosniff\r$/gim)).toHaveLength(1);
});

test('a header of every response is on 304 of a file', async () => {
  const [, etag] = ETAG.exec(await request(get('/assets/main-0123456789.js')))!;
  const again = get('/assets/main-0123456789.js', `If-None-Match: ${etag}\r\n`);
  expect(seen(await request(again))).toEqual({ status: 304, header: ['yes'] });
});

test('a header of every response is on /readyz while the process drains', async () => {
  draining = true;
  expect(seen(await request(get('/readyz')))).toEqual({ status: 503, header: ['yes'] });
});

test('a header of every response is on /readyz while a module fails', async () => {
  failing = { db: 'gone' };
  expect(seen(await request(get('/readyz')))).toEqual({ status: 503, header: ['yes'] });
});

test('a header of every response is on /metrics that fails', async () => {
  metrics = () => Promise.reject(new Error('x'));
  expect(seen(await request(get('/metrics')))).toEqual({ status: 500, header: ['yes'] });
});

test('a header of every response is on /metrics that is closed', async () => {
  metrics = undefined;
  const response = await request(get('/metrics'));
  expect(seen(response)).toEqual({ status: 404, header: ['yes'] });
  expect(response).toContain('"code":"not_found"');
});

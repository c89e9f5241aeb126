import { createServer, type Server } from 'node:net';
import { listen } from '@gati/test-kit/ports';
import { HANDSHAKE_ACCEPTED, sendRaw } from '@gati/test-kit/sockets';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, createApp, onlyRelease } from '../../../src/app/index.ts';
import { HttpError } from '../../../src/index.ts';
import { createHttpServer, type HttpServer } from '../../../src/server/worker/http-server.ts';
import { LimitCounts } from '../../../src/telemetry/record/limit-counts.ts';
import { DEFAULT_LIMITS } from '../../../src/types/limits.ts';
import { bundle, context } from '../../helpers/bundle.ts';

let app: App;
let http: HttpServer;
let listener: Server;
let port: number;

beforeAll(async () => {
  const release = bundle({
    'GET /hello': { handler: () => ({ hello: 'world' }) },
    'POST /json': { body: { type: 'object' }, handler: (req) => req.body },
    'POST /guarded': {
      guards: [
        async (req) => {
          if (req.headers.authorization === undefined) throw new HttpError(401, 'who');
        },
      ],
      handler: (req) => ({ got: req.body }),
    },
    'POST /echo': { handler: (req) => ({ got: req.body }) },
    'WS /chat': { socket: { open: (peer) => peer.close(1000) } },
  });
  app = createApp({
    releases: () => onlyRelease(release),
    context: (bundle) => context(bundle),
    mode: 'production',
    logger: context(release).logger,
    limits: { body: 10 },
  });
  http = createHttpServer({
    limits: DEFAULT_LIMITS,
    limitCounts: new LimitCounts(),
    state: { draining: false },
    onRequest: (req, res) => app.handleNodeRequest(req, res),
    onUpgrade: (req, socket, head) => app.handleNodeUpgrade(req, socket, head),
  });
  listener = createServer((socket) => http.addConnection(socket));
  port = await listen(listener);
});
afterAll(async () => {
  await app.close();
  http.destroy();
  await new Promise((resolve) => listener.close(resolve));
});

const get = (headers: string): Promise<string> =>
  sendRaw(port, [`GET /hello HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`]);
const upgrade = (headers: string): Promise<string> =>
  sendRaw(
    port,
    [
      `GET /chat HTTP/1.1\r\n${headers}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    ],
    { until: HANDSHAKE_ACCEPTED },
  );

describe('Host', () => {
  test.each([
    ['two', 'Host: a.example\r\nHost: b.example\r\n'],
    ['two equal', 'Host: a.example\r\nhOST: a.example\r\n'],
    ['a space in', 'Host: a b\r\n'],
    ['user info in', 'Host: a@b\r\n'],
    ['a path in', 'Host: a/b\r\n'],
    ['a query in', 'Host: a?b\r\n'],
    ['a list in', 'Host: a, b\r\n'.replace(',', '<')],
    ['a port that is no number in', 'Host: a:80x\r\n'],
    ['an open bracket in', 'Host: [::1\r\n'],
    ['bytes outside of ASCII in', 'Host: caf\xc3\xa9\r\n'],
    ['no', ''],
  ])('%s: is a 400, of a request and a handshake', async (_what, headers) => {
    for (const response of [await get(headers), await upgrade(headers)])
      expect(response).toMatch(/^HTTP\/1\.1 400 [^]*"code":"bad_request"/);
  });

  test.each(['x', 'a.example:8080', '127.0.0.1:1', '[::1]:80', '[::1]', 'a_b.example', 'x:', ''])(
    '"%s" is valid, in a request and a handshake',
    async (host) => {
      expect(await get(`Host: ${host}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
      expect(await upgrade(`Host: ${host}\r\n`)).toMatch(/^HTTP\/1\.1 101 /);
    },
  );
});

test.each([
  ['chunked', 200],
  ['CHUNKED', 200],
  ['chunked\r\nTransfer-Encoding: chunked', 400],
  ['identity', 400],
  ['gzip, chunked', 400],
  [',chunked', 400],
  ['xchunked', 400],
  ['"chunked"', 400],
  ['chunked\r\nContent-Length: 2', 400],
])('the Transfer-Encoding %s gets %i', async (coding, status) => {
  const response = await sendRaw(port, [
    `POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: ${coding}\r\nContent-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  ]);
  expect(Number(response.slice(9, 12))).toBe(status);
});

describe('Expect: 100-continue', () => {
  const post = (path: string, headers: string, body = ''): Promise<string> =>
    sendRaw(
      port,
      [
        `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n${headers}\r\n${body}`,
      ],
      // The server waits for the body that does not come.
      body === '' ? { until: /100 Continue\r\n\r\n/ } : {},
    );
  const JSON_TYPE = 'Content-Type: application/json\r\n';

  test.each([
    ['a body over the limit', '/json', `${JSON_TYPE}Content-Length: 11\r\n`, 413],
    ['a wrong content type', '/json', 'Content-Type: text/css\r\nContent-Length: 2\r\n', 415],
    ['an unknown path', '/nowhere', 'Content-Length: 2\r\n', 404],
    ['another site', '/echo', 'Origin: https://evil.example\r\nContent-Length: 2\r\n', 403],
    ['a guard', '/guarded', `${JSON_TYPE}Content-Length: 7\r\n`, 401],
    ['two hosts', '/echo', 'Host: y\r\nContent-Length: 2\r\n', 400],
  ])('sends the error of %s without 100 Continue', async (_what, path, headers, status) => {
    expect(await post(path, headers)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('sends 100 Continue once, before a body that the app reads', async () => {
    for (const [path, body] of [
      ['/json', ''],
      ['/json', '{"a":1}'],
      ['/guarded', '{"a":1}'],
    ] as const) {
      const headers = `${JSON_TYPE}Authorization: x\r\nContent-Length: 7\r\n`;
      const response = await post(path, headers, body);
      expect(response).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
      expect(response.match(/100 Continue/g)).toHaveLength(1);
      if (body !== '') expect(response).toMatch(/HTTP\/1\.1 200 [^]*\{"a":1\}/);
    }
  });
});

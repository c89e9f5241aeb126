import { createServer as createPlainServer, type IncomingMessage } from 'node:http';
import http2 from 'node:http2';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendRaw } from '@gati/test-kit/sockets';
import { listen } from '@gati/test-kit/ports';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp, onlyRelease } from '../../../src/app/index.ts';
import { createHttpServer, type HttpServer } from '../../../src/server/worker/http-server.ts';
import { createProbes } from '../../../src/server/http/probes.ts';
import { LimitCounts } from '../../../src/telemetry/record/limit-counts.ts';
import { DEFAULT_LIMITS, type Limits } from '../../../src/types/limits.ts';
import { bundle, context } from '../../helpers/bundle.ts';

let http: HttpServer;
let port = 0;
/** Events of Node on messages that a handler kept. */
const told: string[] = [];
const accepted: Socket[] = [];
const messages: IncomingMessage[] = [];

/** Short and long responses: ASCII, and text with more than one byte per character. */
const TEXTS = ['plain', 'x'.repeat(3000), 'naïve', '日'.repeat(2000)];

function hold(req: { raw: unknown }): void {
  const message = req.raw as IncomingMessage;
  for (const event of ['end', 'close'])
    message.once(event, () => told.push(`${message.method} ${event}`));
}

const release = bundle({
  'GET /text/:what': { handler: (req) => ({ what: decodeURIComponent(req.params.what!) }) },
  'GET /field/:text': {
    handler: (req, res) => {
      res.headers.set('x-name', 'é');
      return TEXTS[Number(req.params.text)];
    },
  },
  'GET /empty': { handler: () => undefined },
  'GET /slow/:ms': {
    handler: async (req) => {
      await sleep(Number(req.params.ms));
      return { ms: req.params.ms };
    },
  },
  'GET /held': { handler: (req) => (hold(req), { held: true }) },
  'GET /held/stream': {
    handler: (req) => {
      hold(req);
      return (async function* () {
        yield 'one';
        await sleep(50);
        told.push('streamed');
        yield 'two';
      })();
    },
  },
  'GET /ticks': {
    handler: async function* (req) {
      // Much longer than a loaded machine delays a tick, and shorter than all ticks.
      (req.raw as IncomingMessage).setTimeout(4000);
      for (let tick = 0; tick < 50; tick++) {
        await sleep(100);
        yield 'tick ';
      }
    },
  },
  'GET /impatient': {
    handler: async (req, _res, _gctx, { signal }) => {
      (req.raw as IncomingMessage).setTimeout(150);
      await sleep(600_000, undefined, { signal });
    },
  },
  'GET /paused': {
    handler: (req, _res, _gctx, lctx) => {
      const message = req.raw as IncomingMessage;
      lctx.waitUntil(
        (async () => {
          let size = 0;
          for await (const chunk of message) {
            size += (chunk as Buffer).length;
            await sleep(20);
          }
          told.push(`read ${size}`);
        })(),
      );
      return { later: true };
    },
  },
  'POST /held': { handler: (req) => (hold(req), { size: req.rawBody?.length ?? 0 }) },
  'POST /echo': { body: {}, handler: (req) => ({ got: req.body }) },
});
const app = createApp({
  releases: () => onlyRelease(release),
  context: (each) => context(each, []),
  mode: 'production',
  logger: context(release, []).logger,
});
const closers: (() => Promise<void>)[] = [];

/** Serves the app until the tests have ended. */
async function serve(limits: Limits): Promise<{ http: typeof http; port: number }> {
  const created = createHttpServer({
    limits,
    limitCounts: new LimitCounts(),
    state: { draining: false },
    onRequest: (req, res) => (messages.push(req), app.handleNodeRequest(req, res)),
    onUpgrade: () => false,
  });
  const door = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    created.addConnection(socket);
  });
  closers.push(async () => {
    created.destroy();
    await new Promise((resolve) => door.close(resolve));
  });
  return { http: created, port: await listen(door) };
}

beforeAll(async () => {
  ({ http, port } = await serve(DEFAULT_LIMITS));
});
afterAll(async () => {
  await app.close();
  for (const close of closers) await close();
});

const get = (path: string, last = false): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
const post = (path: string, body: string, last = false): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${last ? 'Connection: close\r\n' : ''}\r\n${body}`;
const bodies = (answers: string): string[] =>
  answers
    .split(/(?=HTTP\/1\.1 \d)/)
    .map((answer) =>
      Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1').toString(),
    );

test('pipelined requests get their responses in order, whatever their duration and encoding', async () => {
  const sent = [
    get('/slow/60'),
    get('/text/ascii'),
    post('/echo', '{"a":"é"}'),
    get(`/text/${encodeURIComponent('naïve 日本')}`),
    post('/echo', '[1,2]'),
    get('/empty'),
    `HEAD /text/x HTTP/1.1\r\nHost: x\r\n\r\n`,
    get('/slow/5', true),
  ];
  const expected = [
    '{"ms":"60"}',
    '{"what":"ascii"}',
    '{"got":{"a":"é"}}',
    '{"what":"naïve 日本"}',
    '{"got":[1,2]}',
    '',
    '',
    '{"ms":"5"}',
  ];
  expect(bodies(await sendRaw(port, [sent.join('')]))).toEqual(expected);
  expect(bodies(await sendRaw(port, sent, { gap: 20 }))).toEqual(expected);
});

test.each([1, 3, 50])('a body in pieces of %d bytes arrives complete', async (size) => {
  const text = post('/echo', JSON.stringify({ text: 'x'.repeat(20), list: [1, 2, 3] }), true);
  const head = text.indexOf('\r\n\r\n') + 4;
  const pieces = [
    text.slice(0, head),
    ...(text.slice(head).match(new RegExp(`.{1,${size}}`, 'gs')) ?? []),
  ];
  expect(bodies(await sendRaw(port, pieces, { gap: 2 }))).toEqual([
    `{"got":{"text":"${'x'.repeat(20)}","list":[1,2,3]}}`,
  ]);
});

test('a chunked body, and one longer than the read buffer of Node, arrive complete', async () => {
  const chunked =
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n';
  expect(bodies(await sendRaw(port, [chunked]))).toEqual(['{"got":{"a":1}}']);
  const long = JSON.stringify('y'.repeat(300_000));
  expect(bodies(await sendRaw(port, [post('/echo', long), post('/echo', '"next"', true)]))).toEqual(
    [`{"got":${long}}`, '{"got":"next"}'],
  );
});

test.each(TEXTS.map((text, index) => [text.slice(0, 5), index]))(
  'a header field is Latin-1 on the wire beside a body with any text: %s',
  async (_, index) => {
    const answer = await sendRaw(port, [get(`/field/${index}`, true)]);
    expect(answer).toContain('x-name: é\r\n');
    expect(bodies(answer)).toEqual([JSON.stringify(TEXTS[Number(index)])]);
  },
);

test('a handler that keeps the message of Node sees its end and close events', async () => {
  told.length = 0;
  await sendRaw(port, [get('/held'), post('/held', '{"a":1}'), get('/held', true)]);
  await expect
    .poll(() => told.toSorted())
    .toEqual(['GET close', 'GET close', 'GET end', 'GET end', 'POST close', 'POST end']);
  told.length = 0;
  await sendRaw(port, [get('/held/stream', true)]);
  await expect.poll(() => told).toEqual(['streamed', 'GET end', 'GET close']);
  told.length = 0;
  await sendRaw(port, [get('/held/stream', true).replace('GET', 'HEAD')]);
  await expect.poll(() => told).toEqual(['HEAD end', 'HEAD close']);
});

test('a handler that reads the body slowly after the response gets all of it', async () => {
  told.length = 0;
  const body = 'z'.repeat(200_000);
  const socket = connect(port, '127.0.0.1').resume();
  socket.write(`GET /paused HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await expect.poll(() => told).toEqual(['read 200000']);
  socket.destroy();
});

test('cancelling an HTTP/2 stream ends its call', async () => {
  const server = http2.createServer((req, res) =>
    app.handleNodeRequest(req as never, res as never),
  );
  const client = http2.connect(`http://127.0.0.1:${await listen(server)}`);
  const cancelled = client.request({ ':path': '/slow/100' });
  await expect.poll(() => app.inflight).toBe(1);
  cancelled.close(http2.constants.NGHTTP2_CANCEL);
  await expect.poll(() => app.inflight).toBe(0);
  const asked = client.request({ ':path': '/slow/1' });
  expect((await asked.setEncoding('utf8').toArray()).join('')).toBe('{"ms":"1"}');
  client.close();
  await new Promise((resolve) => server.close(resolve));
});

test('a client that pauses reading gets all responses in the end', async () => {
  const count = 3000;
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write(get('/text/again').repeat(count - 1) + get('/text/again', true));
  await sleep(300);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(text.split('{"what":"again"}').length - 1).toBe(count);
});

test('an idle connection ends after its time, unless a response or bytes are under way', async () => {
  const short = await serve({ ...DEFAULT_LIMITS, keepAlive: 2000 });
  const began = performance.now();
  const lasts = (chunks: string[], gap?: number): Promise<[number, string]> =>
    sendRaw(short.port, chunks, { gap }).then((text) => [performance.now() - began, text]);
  const [idle, busy, fed] = await Promise.all([
    lasts([get('/text/a')]),
    lasts([get('/slow/3600', true)]),
    // The head of the second request arrives slowly, and is complete after 3.6 s.
    lasts(
      [
        get('/text/a'),
        ...'GET /text/b'.match(/.{1,2}/g)!,
        ' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      ],
      520,
    ),
  ]);
  expect(idle[0]).toBeGreaterThan(1800);
  expect(bodies(busy[1])).toEqual(['{"ms":"3600"}']);
  expect(bodies(fed[1])).toEqual(['{"what":"a"}', '{"what":"b"}']);
});

test('the message of a request can be collected while its connection is idle', async () => {
  messages.length = 0;
  const socket = connect(port, '127.0.0.1');
  socket.write(get('/text/a') + post('/echo', '[1]'));
  await expect.poll(() => messages).toHaveLength(2);
  await expect.poll(() => messages[1]!.readableEnded).toBe(true);
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

test('a timeout that a handler sets on the socket works as in Node', async () => {
  const ticks = sendRaw(port, [get('/ticks', true)]);
  expect(await sendRaw(port, [get('/impatient', true)])).toBe('');
  expect((await ticks).match(/tick /g)).toHaveLength(50);
  const before = accepted.length;
  const socket = connect(port, '127.0.0.1');
  await expect.poll(() => accepted.length).toBe(before + 1);
  expect(() => accepted.at(-1)!.setTimeout(-1)).toThrow(RangeError);
  socket.destroy();
});

test('a failing probe responds 500 and affects no other request', async () => {
  const failed: unknown[] = [];
  const probes = createProbes({
    prepare() {},
    draining: () => false,
    health: () => Promise.reject(new Error('health')),
    metrics: () => Promise.reject(new Error('metrics')),
    onError: (error) => failed.push(error),
  });
  const server = createPlainServer((req, res) => void probes(req, res));
  const at = `http://127.0.0.1:${await listen(server)}`;
  for (const path of ['/readyz', '/metrics']) expect((await fetch(at + path)).status).toBe(500);
  expect((await fetch(`${at}/livez`)).status).toBe(200);
  expect(failed.map(String)).toEqual(['Error: health', 'Error: metrics']);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

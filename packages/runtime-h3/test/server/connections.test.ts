import { type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createApp, onlyRelease } from '../../src/app/index.ts';
import { createHttpServer, type HttpServer } from '../../src/server/http-server.ts';
import { bundle, context } from '../helpers/bundle.ts';
import { raw } from '../helpers/target.ts';

let http: HttpServer;
let port = 0;
/** What Node told of the messages that handlers held. */
const told: string[] = [];
const accepted: Socket[] = [];

function hold(req: { raw: unknown }): void {
  const message = req.raw as IncomingMessage;
  for (const event of ['end', 'close']) message.once(event, () => told.push(`${message.method} ${event}`));
}

const release = bundle({
  'GET /text/:what': { handler: (req) => ({ what: decodeURIComponent(req.params.what!) }) },
  'GET /field': {
    handler: (_req, res) => {
      res.headers.set('x-name', 'é');
      return { plain: true };
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
    handler: async function* (req) {
      hold(req);
      yield 'one';
      await sleep(50);
      told.push('streamed');
      yield 'two';
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
const door = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  accepted.push(socket);
  http.take(socket);
});

beforeAll(async () => {
  http = createHttpServer({ state: { draining: false }, onRequest: (req, res) => app.node(req, res), onUpgrade: () => false });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  port = (door.address() as AddressInfo).port;
});
afterAll(async () => {
  await app.close();
  http.destroy();
  await new Promise((resolve) => door.close(resolve));
});

const get = (path: string, last = false): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
const post = (path: string, body: string, last = false): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${last ? 'Connection: close\r\n' : ''}\r\n${body}`;
const bodies = (answers: string): string[] =>
  answers.split(/(?=HTTP\/1\.1 \d)/).map((answer) => Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1').toString());

test('what is sent ahead is answered in its order, whatever takes how long and however it is encoded', async () => {
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
  const expected = ['{"ms":"60"}', '{"what":"ascii"}', '{"got":{"a":"é"}}', '{"what":"naïve 日本"}', '{"got":[1,2]}', '', '', '{"ms":"5"}'];
  expect(bodies(await raw(port, [sent.join('')], { wait: 5000 }))).toEqual(expected);
  expect(bodies(await raw(port, sent, { wait: 5000, gap: 20 }))).toEqual(expected);
});

test.each([1, 3, 50])('a body that comes in pieces of %d bytes is whole', async (size) => {
  const text = post('/echo', JSON.stringify({ text: 'x'.repeat(20), list: [1, 2, 3] }), true);
  const head = text.indexOf('\r\n\r\n') + 4;
  const pieces = [text.slice(0, head), ...(text.slice(head).match(new RegExp(`.{1,${size}}`, 'gs')) ?? [])];
  expect(bodies(await raw(port, pieces, { gap: 2, wait: 5000 }))).toEqual([`{"got":{"text":"${'x'.repeat(20)}","list":[1,2,3]}}`]);
});

test('a body in chunks, and one that is longer than what Node reads ahead', async () => {
  const chunked =
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n';
  expect(bodies(await raw(port, [chunked]))).toEqual(['{"got":{"a":1}}']);
  const long = JSON.stringify('y'.repeat(300_000));
  expect(bodies(await raw(port, [post('/echo', long), post('/echo', '"next"', true)], { wait: 5000 }))).toEqual([
    `{"got":${long}}`,
    '{"got":"next"}',
  ]);
});

test('the field of a handler is Latin-1 on the wire, as HTTP has it', async () => {
  expect(await raw(port, [get('/field', true)])).toContain('x-name: é\r\n');
});

test('who holds the message of Node hears its end', async () => {
  told.length = 0;
  await raw(port, [get('/held'), post('/held', '{"a":1}'), get('/held', true)]);
  await vi.waitFor(() => expect(told.toSorted()).toEqual(['GET close', 'GET close', 'GET end', 'GET end', 'POST close', 'POST end']));
  told.length = 0;
  await raw(port, [get('/held/stream', true)]);
  await vi.waitFor(() => expect(told).toEqual(['streamed', 'GET end', 'GET close']));
});

test('a client that reads nothing for a while gets all answers in the end', async () => {
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

test('a connection that waits for its next request ends after 5 to 8 s; one that is being answered, or on which bytes come, does not', async () => {
  const began = performance.now();
  const lasts = (chunks: string[], gap?: number): Promise<[number, string]> =>
    raw(port, chunks, { wait: 20_000, ...(gap !== undefined && { gap }) }).then((text) => [performance.now() - began, text]);
  const [idle, busy, fed] = await Promise.all([
    lasts([get('/text/a')]),
    lasts([get('/slow/9000', true)]),
    // A second head that comes slowly, and is whole after 9 s.
    lasts([get('/text/a'), ...'GET /text/b'.match(/.{1,2}/g)!, ' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'], 1300),
  ]);
  expect(idle[0]).toBeGreaterThan(4500);
  expect(idle[0]).toBeLessThan(9000);
  expect(bodies(busy[1])).toEqual(['{"ms":"9000"}']);
  expect(bodies(fed[1])).toEqual(['{"what":"a"}', '{"what":"b"}']);
}, 30_000);

test("a timeout with a listener is Node's own", async () => {
  const before = accepted.length;
  const socket = connect(port, '127.0.0.1');
  await vi.waitFor(() => expect(accepted.length).toBe(before + 1));
  const began = performance.now();
  await new Promise<void>((resolve) => accepted.at(-1)!.setTimeout(150, resolve));
  expect(performance.now() - began).toBeLessThan(900);
  socket.destroy();
});

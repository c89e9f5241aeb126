import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBreaks } from '../../src/foreign/find-breaks.ts';
import { describeHttp } from '../../src/module-host/describe-http.ts';
import { toModuleContract } from '../../src/module-host/descriptor.ts';
import { describeWasm } from '../../src/module-host/wasm/describe-wasm.ts';
import type { BoundMethod } from '../../src/types/foreign.ts';
import { openModules, type OpenedModules } from './helpers/open-modules.ts';
import { LARGE, tinyWasm } from './helpers/tiny-wasm.ts';

const rate = { $ref: '#/components/schemas/Rate' };
const json = (schema: object): object => ({ content: { 'application/json': { schema } } });
/** As FastAPI writes it. */
const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Rates', version: '2.1' },
  paths: {
    '/rates/{code}': {
      get: {
        operationId: 'rate',
        parameters: [
          { name: 'code', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'scale', in: 'query', schema: { type: 'integer' } },
          { name: 'X-Key', in: 'header', schema: { type: 'string' } },
        ],
        responses: { 200: json(rate), 422: json({}) },
      },
    },
    '/quotes': {
      post: {
        operationId: 'quote',
        requestBody: { required: true, ...json(rate) },
        responses: { 201: json(rate) },
      },
    },
  },
  components: { schemas: { Rate: { type: 'object', properties: { value: { type: 'number' } } } } },
};

let server: http.Server;
let url: string;
let modules: OpenedModules;
beforeAll(async () => {
  server = http.createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk as string;
    const reply = (status: number, value: unknown): void =>
      void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (req.url === '/api/openapi.json') return reply(200, DOCUMENT);
    if (req.url === '/api/rates/XXX') return reply(404, { detail: 'no such rate' });
    if (req.url === '/api/rates/BAD') return reply(500, {});
    if (req.url!.startsWith('/api/'))
      return reply(200, {
        url: req.url,
        body,
        key: req.headers['x-key'],
        authorization: req.headers.authorization,
      });
    return reply(404, {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  modules = openModules({ RATES_TOKEN: 'secret-9' });
});
afterAll(async () => {
  await modules.close();
  server.close();
});

test('an OpenAPI document is a descriptor with one method for each operation', async () => {
  const descriptor = await describeHttp({ name: 'rates', source: url });
  expect(descriptor).toMatchObject({ name: 'Rates', version: '2.1.0' });
  expect(descriptor.methods).toMatchObject({
    rate: { operation: 'GET /rates/{code}', idempotent: true },
    quote: { operation: 'POST /quotes' },
  });
  const { methods, $defs } = toModuleContract('rates', descriptor);
  expect(Object.keys($defs)).toEqual(['Rate']);
  expect(methods.map(({ name, output }) => [name, output])).toEqual([
    ['quote', { $ref: '#/$defs/Rate' }],
    ['rate', { $ref: '#/$defs/Rate' }],
  ]);
});

test('an operation is called with params, query, headers and body', async () => {
  const methods: Record<string, BoundMethod> = {
    rate: { operation: 'GET /rates/{code}' },
    quote: { operation: 'POST /quotes' },
  };
  const rates = await modules.open({ name: 'rates', source: url }, methods);
  expect(
    await rates['rate']!({
      params: { code: 'a/b' },
      query: { scale: 2, none: undefined },
      headers: { 'X-Key': 'k' },
    }),
  ).toMatchObject({ url: '/api/rates/a%2Fb?scale=2', key: 'k' });
  expect(await rates['quote']!({ body: { value: 1 } })).toMatchObject({ body: '{"value":1}' });
  await expect(rates['rate']!({ params: { code: 'XXX' } })).rejects.toMatchObject({
    status: 404,
    code: 'http_404',
  });
  await expect(rates['rate']!({ params: { code: 'BAD' } })).rejects.toMatchObject({ status: 502 });
  await expect(rates['rate']!({ params: { code: '..' } })).rejects.toMatchObject({ status: 502 });
});

test('requests have the declared headers with values of variables, which a call can not replace', async () => {
  const headers = { authorization: 'Bearer ${RATES_TOKEN}' };
  const declaration = { name: 'rates', source: url, headers };
  const rates = await modules.open(declaration, { quote: { operation: 'POST /quotes' } });
  const call = { headers: { Authorization: 'mine' }, body: {} };
  expect(await rates['quote']!(call)).toMatchObject({ authorization: 'Bearer secret-9' });
  const other = { ...declaration, headers: { 'x-key': '${RATES_OTHER}' } };
  await expect(modules.open(other, {})).rejects.toThrow('RATES_OTHER of its header x-key');
});

test('a service that is not there is unavailable', async () => {
  const away = await modules.open(
    { name: 'away', source: 'http://127.0.0.1:9', limits: { retries: 0 } },
    { get: { operation: 'GET /' } },
  );
  await expect(away['get']!()).rejects.toMatchObject({ status: 503 });
});

test('a container that runs elsewhere is called at its server, and can not be swapped', async () => {
  const calls: unknown[] = [];
  const elsewhere = http.createServer((req, res) => {
    if (req.method === 'POST') calls.push([req.url, req.headers['x-gati-release']]);
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"score":1}');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { port } = elsewhere.address() as AddressInfo;
  const opened = openModules({}, new Map([['scorer', new URL(`http://127.0.0.1:${port}`)]]));
  try {
    const declaration = { name: 'scorer', source: `docker:sha256:${'0'.repeat(64)}` };
    await opened.host.add(declaration);
    const scorer = await opened.open(declaration, { score: {} });
    expect(await scorer['score']!({ text: 'a' })).toEqual({ score: 1 });
    expect(calls).toEqual([['/call/score', 'rel_test']]);
    expect(await opened.host.list([declaration])).toMatchObject([{ level: 'L3', health: 'ok' }]);
    const swapped = opened.host.swap('scorer', undefined, async () => {});
    await expect(swapped).rejects.toThrow('does not start');
  } finally {
    await opened.close();
    elsewhere.closeAllConnections();
    elsewhere.close();
  }
});

test('calls of a service move to another address, once it is compatible', async () => {
  const other = http.createServer((req, res) => {
    const document = { openapi: '3.1.0', info: { version: '3' }, paths: DOCUMENT.paths };
    const isDocument = req.url === '/openapi.json';
    const value = isDocument ? { ...document, components: DOCUMENT.components } : { at: 'other' };
    const isFound = isDocument || req.url!.startsWith('/rates/');
    res.writeHead(isFound ? 200 : 404, { 'content-type': 'application/json' });
    res.end(JSON.stringify(value));
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const declaration = { name: 'moved', source: url };
  await modules.host.add(declaration);
  const methods = { rate: { operation: 'GET /rates/{code}' } };
  const moved = await modules.open(declaration, methods);
  const rate = (): Promise<unknown> => moved['rate']!({ params: { code: 'EUR' } });
  expect(await rate()).toMatchObject({ url: '/api/rates/EUR' });
  const reject = (): Promise<void> => Promise.reject(new Error('not compatible'));
  await expect(modules.host.swap('moved', address, reject)).rejects.toThrow('not compatible');
  await expect(modules.host.swap('moved', 'wasm:./a', reject)).rejects.toThrow('another kind');
  expect(await rate()).toMatchObject({ url: '/api/rates/EUR' });
  const { version } = await modules.host.swap('moved', address, () => Promise.resolve());
  expect(version).toBe('3.0.0');
  expect(await rate()).toEqual({ at: 'other' });
  expect(await modules.host.list([declaration])).toMatchObject([{ source: address, version }]);
  // The check of the first swap is slow, and the second one starts meanwhile.
  let isSeen = (): void => {};
  const second = new Promise<void>((resolve) => (isSeen = resolve));
  const swaps = [url, address].map((source) => modules.host.swap('moved', source, () => second));
  // Without a source, the module keeps that of the swap before.
  swaps.push(modules.host.swap('moved', undefined, () => Promise.resolve()));
  isSeen();
  expect((await Promise.all(swaps)).map((each) => each.version)).toEqual([
    '2.1.0',
    '3.0.0',
    '3.0.0',
  ]);
  expect(await rate()).toEqual({ at: 'other' });
  expect(await modules.host.list([declaration])).toMatchObject([{ source: address, version }]);
  // An operation that moved is a break, although its name and schemas stay.
  const descriptor = await describeHttp({ name: 'moved', source: address });
  const contract = { modules: [], $defs: {} };
  const bound = { rate: { operation: 'GET /rate/{code}' } };
  expect(findBreaks('moved', contract, descriptor, bound)).toEqual([
    'rate: GET /rate/{code} is GET /rates/{code} now.',
  ]);
  other.closeAllConnections();
  other.close();
});

test('a process that can not open a swapped source keeps the one before, and logs it', async () => {
  const folder = temporaryFolder('swapped');
  for (const name of ['a', 'b']) fs.writeFileSync(path.join(folder, `${name}.wasm`), tinyWasm());
  const sourceOf = (name: string): string =>
    `wasm:${path.relative(import.meta.dirname, path.join(folder, `${name}.wasm`))}`;
  const declaration = { name: 'kept', source: sourceOf('a') };
  await modules.host.add(declaration);
  const kept = await modules.open(declaration, { ok: {} });
  // The file goes away after the supervisor has read it.
  await modules.host.swap('kept', sourceOf('b'), async () =>
    fs.rmSync(path.join(folder, 'b.wasm')),
  );
  expect(await kept['ok']!()).toBe('ok');
  expect(modules.log).toContainEqual(
    expect.objectContaining({ code: 'GATI_MODULE_START', module: 'kept', level: 'error' }),
  );
});

test('a WebAssembly module is called in a thread that a deadline ends', async () => {
  const file = path.join(temporaryFolder('wasm'), 'tiny.wasm');
  fs.writeFileSync(file, tinyWasm());
  expect(await describeWasm('tiny', file)).toMatchObject({ name: 'tiny', methods: { ok: {} } });
  const source = `wasm:${path.relative(import.meta.dirname, file)}`;
  const tiny = await modules.open({ name: 'tiny', source }, { ok: {}, spin: {}, crash: {} });
  const calls = Array.from({ length: 12 }, () => tiny['ok']!());
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['ok']));
  // An instance gets its next call as soon as it has sent a result that is a message.
  for (let count = 0; count < 20; count++) {
    expect(await tiny['ok']!('x'.repeat(LARGE))).toBe('large');
    expect(await tiny['ok']!()).toBe('ok');
  }
  await expect(tiny['crash']!()).rejects.toMatchObject({
    status: 502,
    code: 'GATI_MODULE_FAILED',
  });
  await expect(tiny['spin']!(undefined, { timeout: 100 })).rejects.toMatchObject({
    status: 504,
    code: 'GATI_MODULE_TIMEOUT',
  });
  expect(await tiny['ok']!()).toBe('ok');
});

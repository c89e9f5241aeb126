import { HANDSHAKE_ACCEPTED, sendRaw } from '@gati/test-kit/sockets';
import { plugin } from 'crossws/server/node';
import { serve } from 'srvx/node';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpError } from '../../../src/index.ts';
import type { ServedRelease } from '../../../src/types/served-release.ts';
import { bundle, type TestRoute } from '../../helpers/bundle.ts';
import { release } from '../../helpers/releases.ts';
import { adapters, overNode, overWeb, type Target } from '../../helpers/target.ts';
import { TEST_HEADER, testHeaders, useTestHeader } from '../../helpers/test-header.ts';

useTestHeader();

let target: Target;
afterEach(() => target.close());

const object = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] } as never;
const json = { 'content-type': 'application/json' };

const ROUTES: Record<string, TestRoute> = {
  'GET /json': { handler: () => ({ ok: true }) },
  'GET /text': { handler: (_req, res) => res.text('text') },
  'GET /empty': { handler: () => undefined },
  'GET /redirect': { handler: (_req, res) => res.redirect('/json') },
  'GET /bytes': { handler: () => new Uint8Array([1]) },
  'GET /response': { handler: () => new Response('made', { status: 201 }) },
  'GET /stream': {
    handler: () => new ReadableStream({ start: (c) => (c.enqueue('a'), c.close()) }),
  },
  'GET /events': {
    handler: async function* () {
      yield 1;
    },
  },
  'GET /http-error': {
    handler: () => {
      throw new HttpError(429, 'slow_down');
    },
  },
  'GET /error': { handler: () => Promise.reject(new Error('x')) },
  'GET /slow': { handler: () => new Promise(() => undefined) },
  'GET /items/:id': { handler: () => ({}) },
  'POST /body': { body: object, handler: () => ({}) },
  'WS /chat': { socket: { open: (peer) => peer.close(1000) } },
};

/** Ways out of an app of one release: a name, a path, a request and the status of its response. */
const WAYS: [string, string, RequestInit, number][] = [
  ['a JSON body', '/json', {}, 200],
  ['HEAD', '/json', { method: 'HEAD' }, 200],
  ['text', '/text', {}, 200],
  ['no content', '/empty', {}, 204],
  ['a redirect', '/redirect', { redirect: 'manual' }, 302],
  ['bytes', '/bytes', {}, 200],
  ['a Response', '/response', {}, 201],
  ['a stream', '/stream', {}, 200],
  ['HEAD of a stream', '/stream', { method: 'HEAD' }, 200],
  ['an event stream', '/events', {}, 200],
  ['an HttpError', '/http-error', {}, 429],
  ['an unexpected error', '/error', {}, 500],
  ['a handler that is late', '/slow', {}, 503],
  ['invalid input', '/body', { method: 'POST', headers: json, body: '{}' }, 400],
  ['malformed JSON', '/body', { method: 'POST', headers: json, body: '{' }, 400],
  ['a missing body', '/body', { method: 'POST' }, 400],
  ['a wrong media type', '/body', { method: 'POST', body: 'a' }, 415],
  ['a body over its limit', '/body', { method: 'POST', headers: json, body: '"123456789"' }, 413],
  ['a malformed path', '/items/%00', {}, 400],
  ['an unknown path', '/nowhere', {}, 404],
  ['a wrong method', '/json', { method: 'DELETE' }, 405],
  ['a WebSocket route by GET', '/chat', {}, 426],
  ['OPTIONS', '/json', { method: 'OPTIONS' }, 204],
  [
    'a preflight',
    '/json',
    {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
    },
    204,
  ],
  ['the list of versions', '/versions', {}, 200],
  ['the document of an unknown version', '/versions/9.9.9', {}, 404],
  ['an unknown version', '/json', { headers: { 'x-api-version': '9.9.9' } }, 406],
];

describe.each(adapters)('over %s', (_name, open) => {
  test.each(WAYS)('a header of every response is on %s', async (_way, path, init, status) => {
    target = await open(bundle(ROUTES), {
      cors: { origins: ['https://a.example'] },
      limits: { body: 10, handlerTimeout: 30 },
    });
    const response = await target.call(path, init);
    expect({ status: response.status, header: response.headers.get(TEST_HEADER) }).toEqual({
      status,
      header: 'yes',
    });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    await response.body?.cancel();
  });

  test('a header of every response gives way to the same header of a handler', async () => {
    target = await open(
      bundle({
        'GET /own': { handler: (_req, res) => (res.headers.set(TEST_HEADER, 'own'), {}) },
      }),
    );
    expect((await target.call('/own')).headers.get(TEST_HEADER)).toBe('own');
  });

  const old = bundle({ 'GET /which': {}, 'GET /broken': {} });
  const newer = release('3.0.0', '2026-03-01T00:00:00Z', {
    routes: {
      'GET /which': { handler: () => ({ version: 3 }) },
      'GET /broken': { handler: () => ({ version: 3 }) },
    },
  });
  const migrated = release('1.0.0', '2026-01-01T00:00:00Z', {
    status: 'retired',
    migrated: true,
    migration: {
      target: '3.0.0',
      steps: [
        { routes: { 'GET /broken': { down: () => Promise.reject(new Error('down is broken')) } } },
      ],
      match: (method, path) => {
        const found = old.match(method, path);
        return found && { id: found.data.id, params: {} };
      },
      contract: () => Promise.resolve(old.contract),
    },
  });
  const list: ServedRelease[] = [
    newer,
    release('2.0.0', '2026-02-01T00:00:00Z', {
      bundle: () => Promise.reject(new Error('its code is gone')),
    }),
    migrated,
    release('0.9.0', '2025-12-01T00:00:00Z', { status: 'retired' }),
  ];

  test.each([
    ['the choice of a version', '/which', '', 300],
    ['a malformed version', '/which', 'latest or so', 400],
    ['an unknown version', '/which', '7.0.0', 406],
    ['a retired version', '/which', '0.9.0', 410],
    ['a release that does not load', '/which', '2.0.0', 503],
    ['a migrated response', '/which', '1.0.0', 200],
    ['an unknown route of a migrated release', '/nowhere', '1.0.0', 404],
    ['a migration that fails', '/broken', '1.0.0', 500],
    ['a response of one of several releases', '/which', '3.0.0', 200],
  ])('a header of every response is on %s', async (_way, path, version, status) => {
    const served = { list, current: '3.0.0' };
    target = await open(bundle({}), { releases: () => served });
    const headers: Record<string, string> = version === '' ? {} : { 'x-api-version': version };
    const response = await target.call(path, { headers });
    expect({ status: response.status, header: response.headers.get(TEST_HEADER) }).toEqual({
      status,
      header: 'yes',
    });
  });
});

const handshake = (headers: Record<string, string> = {}): string =>
  `${Object.entries({
    Host: 'x',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

/** WebSocket handshakes: a name, a path, headers and the status of the response. */
const HANDSHAKES: [string, string, Record<string, string>, number][] = [
  ['a WebSocket that opens', '/chat', {}, 101],
  ['an unknown version of the protocol', '/chat', { 'Sec-WebSocket-Version': '7' }, 426],
  ['a malformed key', '/chat', { 'Sec-WebSocket-Key': 'a' }, 400],
  ['a malformed list of protocols', '/chat', { 'Sec-WebSocket-Protocol': 'a,,b' }, 400],
  ['a foreign origin', '/chat', { Origin: 'https://evil.example' }, 403],
  ['an unknown version', '/chat', { 'X-API-Version': '9.9.9' }, 406],
];

test.each(HANDSHAKES)(
  'a header of every response is on a Node handshake: %s',
  async (_way, path, headers, status) => {
    target = await overNode(bundle(ROUTES));
    const text = await sendRaw(target.port, [`GET ${path} HTTP/1.1\r\n${handshake(headers)}`], {
      until: HANDSHAKE_ACCEPTED,
    });
    expect({ status: text.slice(9, 12), header: testHeaders(text) }).toEqual({
      status: String(status),
      header: ['yes'],
    });
  },
);

test.each([...HANDSHAKES, ['no WebSocket route', '/json', {}, 404] as const])(
  'a header of every response is on a handshake over fetch: %s',
  async (_way, path, headers, status) => {
    target = await overWeb(bundle(ROUTES));
    const server = serve({
      port: 0,
      hostname: '127.0.0.1',
      silent: true,
      fetch: (request) => target.app.fetch(request),
      plugins: [plugin({})],
    });
    await server.ready();
    const port = Number(new URL(server.url ?? '').port);
    const text = await sendRaw(port, [`GET ${path} HTTP/1.1\r\n${handshake(headers)}`], {
      until: HANDSHAKE_ACCEPTED,
    });
    await server.close(true);
    expect({ status: text.slice(9, 12), header: testHeaders(text) }).toEqual({
      status: String(status),
      header: ['yes'],
    });
  },
);

test('a header of every response is on 426 of a platform without WebSockets', async () => {
  target = await overWeb(bundle(ROUTES));
  const response = await target.call('/chat', { headers: { upgrade: 'websocket' } });
  expect({ status: response.status, header: response.headers.get(TEST_HEADER) }).toEqual({
    status: 426,
    header: 'yes',
  });
});

test('a header of every response is on 500 of a response that fetch can not make', async () => {
  target = await overWeb({ ...bundle(ROUTES), id: 'a line\nbreak' });
  const response = await target.call('/json');
  expect({ status: response.status, header: response.headers.get(TEST_HEADER) }).toEqual({
    status: 500,
    header: 'yes',
  });
});

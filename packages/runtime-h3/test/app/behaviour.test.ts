import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpError } from '../../src/index.ts';
import { bundle, type TestRoute } from '../helpers/bundle.ts';
import { onlyRelease } from '../../src/app/versions/only-release.ts';
import { adapters, type Target } from '../helpers/target.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const object = (properties: object, required = Object.keys(properties)): never =>
  ({ type: 'object', properties, required }) as never;

describe.each(adapters)('over %s', (_name, open) => {
  let target: Target;
  const start = async (
    routes: Record<string, TestRoute>,
    options = {},
    $defs = {},
  ): Promise<Target> => (target = await open(bundle(routes, $defs), options));
  const post = (
    path: string,
    body: string | FormData,
    headers: Record<string, string> = JSON_TYPE,
  ): Promise<Response> => target.call(path, { method: 'POST', headers, body });
  afterEach(() => target.close());

  test('runs the handler of the design', async () => {
    await start({
      'POST /payments/:id/capture': {
        body: object({ amount: { type: 'number' } }),
        handler: async (req, res) => {
          if ((req.body as { amount: number }).amount > 100) {
            res.status = 409;
            return res.json({ error: 'ReservationFailed' });
          }
          res.status = 202;
          res.body = { state: 'capturing' };
        },
      },
    });
    const ok = await post('/payments/1/capture', '{"amount":5}');
    expect([ok.status, await ok.text()]).toEqual([202, '{"state":"capturing"}']);
    const no = await post('/payments/1/capture', '{"amount":500}');
    expect([no.status, await no.text()]).toEqual([409, '{"error":"ReservationFailed"}']);
  });

  describe('routing', () => {
    const routes: Record<string, TestRoute> = {
      'GET /users/:id': { handler: (req) => ({ id: req.params.id }) },
      'POST /users': { handler: () => ({}) },
      'GET /files/*rest': {
        handler: (req) => ({ rest: (req.params as Record<string, string>).rest }),
      },
      'WS /chat/:room': { socket: {} },
    };

    test('decodes parameters', async () => {
      await start(routes);
      expect(await (await target.call('/users/a%20b%2Fc')).json()).toEqual({ id: 'a b/c' });
      expect(await (await target.call('/files/a/b%20c/d.txt')).json()).toEqual({
        rest: 'a/b c/d.txt',
      });
      expect(await (await target.call('/users/%E4%BD%A0')).json()).toEqual({ id: '你' });
    });

    test('refuses malformed, NUL and walking parameters', async () => {
      await start(routes);
      for (const path of [
        '/users/%',
        '/users/%zz',
        '/users/%ff',
        '/users/a%00b',
        '/files/a/..%2f..%2fetc',
        '/users/..%2Fx',
      ]) {
        const response = await target.call(path);
        expect([path, response.status, ((await response.json()) as { code: string }).code]).toEqual(
          [path, 400, 'malformed_path'],
        );
      }
    });

    test('answers HEAD as GET without the body', async () => {
      await start(routes);
      const response = await target.call('/users/1', { method: 'HEAD' });
      expect([
        response.status,
        response.headers.get('content-type'),
        response.headers.get('content-length'),
        await response.text(),
      ]).toEqual([200, 'application/json', '10', '']);
    });

    test('answers OPTIONS, 404, 405 and 426', async () => {
      await start(routes);
      const options = await target.call('/users/1', { method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
      const unknown = await target.call('/nothing');
      expect([unknown.status, unknown.headers.get('content-type')]).toEqual([
        404,
        'application/problem+json',
      ]);
      expect(await unknown.json()).toMatchObject({
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        code: 'not_found',
      });
      const wrong = await target.call('/users', { method: 'DELETE' });
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
      const socket = await target.call('/chat/a');
      expect([socket.status, socket.headers.get('upgrade')]).toEqual([426, 'websocket']);
      expect((await target.call('/chat/a', { method: 'POST' })).status).toBe(405);
      expect((await target.call('/users//')).status).toBe(404);
      expect((await target.call('//users/1')).status).toBe(404);
    });

    test('keeps to its base', async () => {
      await start(routes, { base: '/api/' });
      expect((await target.call('/api/users/1')).status).toBe(200);
      expect((await target.call('/users/1')).status).toBe(404);
      expect((await target.call('/apiusers/1')).status).toBe(404);
    });

    test('names the release and the request on every answer', async () => {
      await start(routes);
      for (const path of ['/users/1', '/nothing']) {
        const { headers } = await target.call(path);
        expect(headers.get('x-api-version')).toBe('1.2.3');
        expect(headers.get('x-gati-release')).toBe('rel_0123456789abcdef');
        expect(headers.get('vary')).toContain('X-API-Version');
        expect(headers.get('x-request-id')).toMatch(/^[\da-f]{32}$/);
      }
      const given = await target.call('/users/1', { headers: { 'x-request-id': 'order-7' } });
      expect(given.headers.get('x-request-id')).toBe('order-7');
      const odd = await target.call('/users/1', { headers: { 'x-request-id': 'a"b c' } });
      expect(odd.headers.get('x-request-id')).toMatch(/^[\da-f]{32}$/);
    });
  });

  describe('input', () => {
    test('coerces params and query to what is declared', async () => {
      await start({
        'GET /items/:id': {
          params: object({ id: { type: 'integer' } }),
          query: object(
            {
              page: { type: 'integer', default: 1 },
              on: { type: 'boolean' },
              tags: { type: 'array', items: { type: 'number' } },
              since: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
              kind: { enum: ['a', 2, null] },
              big: {
                type: 'string',
                format: 'bigint',
                pattern: '^-?[0-9]+$',
                'x-gati-codec': 'bigint',
              },
              either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
            },
            [],
          ),
          handler: ({ params, query }) => {
            const { since, big, ...rest } = query as Record<string, unknown>;
            return {
              params,
              ...rest,
              since: since instanceof Date && since.getTime(),
              big: typeof big,
            };
          },
        },
      });
      const query =
        'on=true&tags=1&tags=2.5&since=2026-01-02T03:04:05Z&kind=2&big=90071992547409931&either=5';
      expect(await (await target.call(`/items/7?${query}`)).json()).toEqual({
        params: { id: 7 },
        page: 1,
        on: true,
        tags: [1, 2.5],
        since: Date.UTC(2026, 0, 2, 3, 4, 5),
        kind: 2,
        big: 'bigint',
        either: 5,
      });
      expect(await (await target.call('/items/7?tags=1&page=1&page=3')).json()).toMatchObject({
        tags: [1],
        page: 3,
      });
    });

    test('names each bad field', async () => {
      await start({
        'POST /items/:id': {
          params: object({ id: { type: 'integer' } }),
          query: object({ page: { type: 'integer' } }),
          headers: object({ 'x-tenant': { type: 'string', minLength: 2 } }),
          body: object({
            items: {
              type: 'array',
              items: object({ qty: { type: 'integer', minimum: 1 }, 'a/b': { type: 'string' } }),
            },
          }),
          handler: () => ({}),
        },
      });
      const response = await post('/items/x?page=', '{"items":[{"qty":0}]}');
      expect([response.status, response.headers.get('content-type')]).toEqual([
        400,
        'application/problem+json',
      ]);
      expect(await response.json()).toMatchObject({
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        code: 'invalid_request',
        errors: [
          { in: 'params', path: '/id', message: 'must be an integer', rule: 'type' },
          { in: 'query', path: '/page', message: 'must be an integer', rule: 'type' },
          { in: 'headers', path: '/x-tenant', message: 'is required', rule: 'required' },
          { in: 'body', path: '/items/0/a~1b', message: 'is required', rule: 'required' },
          { in: 'body', path: '/items/0/qty', message: 'must be at least 1', rule: 'minimum' },
        ],
      });
    });

    test('tells at most 100 errors', async () => {
      await start({
        'POST /many': { body: { type: 'array', items: { type: 'number' } }, handler: () => ({}) },
      });
      const { errors } = (await (
        await post('/many', JSON.stringify(Array.from({ length: 500 }, () => 'x')))
      ).json()) as {
        errors: unknown[];
      };
      expect(errors).toHaveLength(100);
    });

    test('decodes a typed body and gives the raw bytes', async () => {
      const seen: unknown[] = [];
      await start({
        'POST /typed': {
          body: object({
            at: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
            big: { type: 'string', pattern: '^-?[0-9]+$', 'x-gati-codec': 'bigint' },
            bytes: { type: 'string', contentEncoding: 'base64', 'x-gati-codec': 'bytes' },
            set: {
              type: 'array',
              uniqueItems: true,
              items: { type: 'number' },
              'x-gati-codec': 'set',
            },
            map: {
              type: 'object',
              additionalProperties: { type: 'string', 'x-gati-codec': 'date', format: 'date-time' },
              'x-gati-codec': 'map',
            },
          }),
          handler: (req) => {
            seen.push(req.body, req.rawBody?.length);
            return req.body;
          },
        },
      });
      const wire = {
        at: '2026-01-02T03:04:05.000Z',
        big: '12345678901234567890',
        bytes: 'AQID',
        set: [1, 2],
        map: { a: '2026-01-02T03:04:05.000Z' },
      };
      const response = await post('/typed', JSON.stringify(wire));
      const at = new Date(wire.at);
      expect(seen[0]).toEqual({
        at,
        big: 12345678901234567890n,
        bytes: new Uint8Array([1, 2, 3]),
        set: new Set([1, 2]),
        map: new Map([['a', at]]),
      });
      expect(seen[1]).toBe(JSON.stringify(wire).length);
      expect(await response.json()).toEqual(wire);
      const bad = await post('/typed', JSON.stringify({ ...wire, bytes: '***' }));
      expect(await bad.json()).toMatchObject({
        status: 400,
        errors: [{ path: '/bytes', rule: 'contentEncoding' }],
      });
    });

    test('takes an undeclared body as JSON if it says so', async () => {
      await start({
        'POST /any': {
          handler: (req) => ({ body: req.body ?? 'none', raw: req.rawBody?.length ?? 0 }),
        },
      });
      expect(await (await post('/any', '{"a":1}')).json()).toEqual({ body: { a: 1 }, raw: 7 });
      expect(
        await (
          await post('/any', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' })
        ).json(),
      ).toEqual({
        body: 'none',
        raw: 3,
      });
      expect(await (await target.call('/any', { method: 'POST' })).json()).toEqual({
        body: 'none',
        raw: 0,
      });
      expect((await post('/any', '{')).status).toBe(400);
    });

    test('requires a body only where the contract does', async () => {
      const body = object({ a: { type: 'number' } });
      await start({
        'POST /must': { body, handler: () => ({}) },
        'POST /may': { body, optional: true, handler: (req) => ({ none: req.body === undefined }) },
      });
      expect(await (await target.call('/must', { method: 'POST' })).json()).toMatchObject({
        status: 400,
        errors: [{ in: 'body', path: '', rule: 'required' }],
      });
      expect(await (await target.call('/may', { method: 'POST' })).json()).toEqual({ none: true });
    });

    test('reads forms where the contract takes them', async () => {
      const body = object(
        {
          name: { type: 'string' },
          age: { type: 'integer' },
          tags: { type: 'array', items: { type: 'string' } },
        },
        ['name'],
      );
      const file = object({
        title: { type: 'string' },
        n: { type: 'integer' },
        doc: { 'x-gati-codec': 'file', format: 'binary' },
      });
      await start({
        'POST /form': {
          body,
          contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
          handler: (req) => req.body,
        },
        'POST /upload': {
          body: file,
          contentTypes: ['multipart/form-data'],
          handler: async (req) => {
            const { title, n, doc } = req.body as { title: string; n: number; doc: File };
            return {
              title,
              n,
              name: doc.name,
              type: doc.type,
              size: doc.size,
              text: await doc.text(),
            };
          },
        },
      });
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expect(await (await post('/form', 'name=A+B%21&age=3&tags=x', form)).json()).toEqual({
        name: 'A B!',
        age: 3,
        tags: ['x'],
      });
      expect((await post('/form', 'name=%ff', form)).status).toBe(400);
      expect((await post('/form', '__proto__=1&name=x', form)).status).toBe(400);
      const data = new FormData();
      data.set('title', 'T');
      data.set('n', '4');
      data.set('doc', new File(['hello'], 'a.txt', { type: 'text/plain' }));
      const uploaded = await target.call('/upload', { method: 'POST', body: data });
      expect(await uploaded.json()).toEqual({
        title: 'T',
        n: 4,
        name: 'a.txt',
        type: 'text/plain',
        size: 5,
        text: 'hello',
      });
      expect((await post('/upload', '{}')).status).toBe(415);
      expect(
        (await post('/upload', 'nonsense', { 'content-type': 'multipart/form-data; boundary=x' }))
          .status,
      ).toBe(400);
      expect(
        (await post('/upload', 'nonsense', { 'content-type': 'multipart/form-data' })).status,
      ).toBe(400);
    });

    test('holds forms to their limits', async () => {
      const body = { type: 'object' } as never;
      const limits = { fileSize: 10, files: 1, fields: 2, parts: 3, upload: 4000 };
      await start(
        {
          'POST /up': {
            body,
            contentTypes: ['multipart/form-data', 'application/x-www-form-urlencoded'],
            handler: () => ({ ok: true }),
          },
        },
        { limits },
      );
      const send = (fill: (data: FormData) => void): Promise<Response> => {
        const data = new FormData();
        fill(data);
        return target.call('/up', { method: 'POST', body: data });
      };
      expect((await send((data) => data.set('f', new File(['short'], 'f')))).status).toBe(200);
      expect(
        await (await send((data) => data.set('f', new File(['longer than ten'], 'f')))).json(),
      ).toMatchObject({
        status: 413,
        limit: 'fileSize',
      });
      const files = await send((data) =>
        ['a', 'b'].forEach((name) => data.append(name, new File(['x'], name))),
      );
      expect(await files.json()).toMatchObject({ status: 413, limit: 'files' });
      const fields = await send((data) =>
        ['a', 'b', 'c'].forEach((name) => data.append(name, 'x')),
      );
      expect(await fields.json()).toMatchObject({ status: 413, limit: 'fields' });
      expect((await send((data) => data.set('a', 'x'.repeat(5000)))).status).toBe(413);
      expect(
        (await post('/up', 'a=1&b=2&c=3', { 'content-type': 'application/x-www-form-urlencoded' }))
          .status,
      ).toBe(413);
    });

    test('reads cookies and undeclared query and headers', async () => {
      await start({
        'GET /': { handler: (req) => ({ q: req.query, c: req.cookies, h: req.headers['x-a'] }) },
      });
      const response = await target.call('/?a=1&b=2&b=3&c', {
        headers: { cookie: 'k=v%20w; l=2', 'x-a': 'y' },
      });
      expect(await response.json()).toEqual({
        q: { a: '1', b: ['2', '3'], c: '' },
        c: { k: 'v w', l: '2' },
        h: 'y',
      });
      expect((await target.call('/?a=%ff')).status).toBe(400);
      expect((await target.call('/?__proto__=1')).status).toBe(400);
      expect((await target.call('/?constructor.prototype=1')).status).toBe(400);
      expect((await target.call('/?constructor[prototype][x]=1')).status).toBe(400);
    });
  });

  describe('output', () => {
    test('takes what was sent before res.body before what was returned', async () => {
      await start({
        'GET /sent': { handler: (_req, res) => ((res.body = 1), res.json({ sent: true })) },
        'GET /apart': {
          handler: (_req, { json, cookie }) => (cookie('a', 'b'), json({ sent: true })),
        },
        'GET /call': { handler: (_req, res) => void res.json({ sent: true }) },
        'GET /body': { handler: (_req, res) => ((res.body = { body: true }), { returned: true }) },
        'GET /returned': { handler: () => ({ returned: true }) },
        'GET /null': { handler: () => null },
        'GET /nothing': { handler: () => undefined },
        'GET /deleted': { handler: (_req, res) => ((res.status = 204), res.json({ not: 'sent' })) },
        'GET /bare': {
          handler: (_req, res) => {
            res.status = 202;
          },
        },
      });
      const get = async (path: string): Promise<[number, string]> => {
        const response = await target.call(path);
        return [response.status, await response.text()];
      };
      expect(await get('/sent')).toEqual([200, '{"sent":true}']);
      expect(await get('/apart')).toEqual([200, '{"sent":true}']);
      expect(await get('/call')).toEqual([200, '{"sent":true}']);
      expect(await get('/body')).toEqual([200, '{"body":true}']);
      expect(await get('/returned')).toEqual([200, '{"returned":true}']);
      expect(await get('/null')).toEqual([200, 'null']);
      expect(await get('/nothing')).toEqual([204, '']);
      expect(await get('/bare')).toEqual([202, '']);
      const { status, headers } = await target.call('/deleted');
      expect([status, headers.get('content-length'), headers.get('content-type')]).toEqual([
        204,
        null,
        null,
      ]);
    });

    test('sends text, redirects, cookies and headers', async () => {
      await start({
        'GET /text': { handler: (_req, res) => res.text('hällo') },
        'GET /html': {
          handler: (_req, res) => (res.headers.set('content-type', 'text/html'), '<p>'),
        },
        'GET /string': { handler: () => 'quoted' },
        'GET /go': { handler: (_req, res) => res.redirect('/ü?x=1', 303) },
        'GET /cookie': {
          handler: (_req, res) => {
            res.cookie('a', '1 2', { httpOnly: true, sameSite: 'lax', maxAge: 60 });
            res.cookie('b', '2');
            res.headers.set('vary', 'Accept');
            return {};
          },
        },
        'GET /response': {
          handler: () =>
            new Response('made', {
              status: 418,
              headers: { 'x-own': '1', 'content-type': 'text/x' },
            }),
        },
        'GET /bytes': { handler: () => new Uint8Array([1, 2]) },
        'GET /blob': { handler: () => new Blob(['b'], { type: 'text/css' }) },
      });
      const text = await target.call('/text');
      expect([await text.text(), text.headers.get('content-type')]).toEqual([
        'hällo',
        'text/plain; charset=utf-8',
      ]);
      const html = await target.call('/html');
      expect([await html.text(), html.headers.get('content-type')]).toEqual(['<p>', 'text/html']);
      expect(await (await target.call('/string')).text()).toBe('"quoted"');
      const go = await target.call('/go', { redirect: 'manual' });
      expect([go.status, go.headers.get('location')]).toEqual([303, '/%C3%BC?x=1']);
      const cookie = await target.call('/cookie');
      expect(cookie.headers.getSetCookie()).toEqual([
        'a=1%202; Max-Age=60; Path=/; HttpOnly; SameSite=Lax',
        'b=2; Path=/',
      ]);
      expect(cookie.headers.get('vary')).toBe('X-API-Version, Accept');
      const made = await target.call('/response');
      expect([
        made.status,
        await made.text(),
        made.headers.get('x-own'),
        made.headers.get('content-type'),
      ]).toEqual([418, 'made', '1', 'text/x']);
      expect(made.headers.get('x-request-id')).toMatch(/^[\da-f]{32}$/);
      const bytes = await target.call('/bytes');
      expect([bytes.headers.get('content-type'), (await bytes.arrayBuffer()).byteLength]).toEqual([
        'application/octet-stream',
        2,
      ]);
      expect((await target.call('/blob')).headers.get('content-type')).toBe('text/css');
    });

    test('drops no field silently', async () => {
      const cyclic: Record<string, unknown> = {};
      cyclic['self'] = cyclic;
      await start({
        'GET /codecs': {
          handler: () => ({
            big: 1n,
            set: new Set([1n]),
            map: new Map([['a', new Set([1])]]),
            bytes: new Uint8Array([1, 2, 3]),
            at: new Date(0),
            deep: [{ n: 2n }],
          }),
        },
        'GET /cyclic': { handler: () => cyclic },
        'GET /lies': {
          handler: () => ({ a: 1 }),
          output: {
            200: {
              stringify: () => {
                throw new Error('not of this shape');
              },
            },
          },
        },
      });
      expect(await (await target.call('/codecs')).json()).toEqual({
        big: '1',
        set: ['1'],
        map: { a: [1] },
        bytes: 'AQID',
        at: '1970-01-01T00:00:00.000Z',
        deep: [{ n: '2' }],
      });
      const failed = await target.call('/cyclic');
      expect([failed.status, await failed.json()]).toEqual([
        500,
        { type: 'about:blank', title: 'Internal Server Error', status: 500, code: 'internal' },
      ]);
      expect(await (await target.call('/lies')).json()).toEqual({ a: 1 });
      expect(target.logged.map((line) => line['message'])).toContain(
        'a response does not match its contract',
      );
    });

    test.each(['development', 'production'] as const)(
      'holds a strict response to its word in %s',
      async (mode) => {
        const schema = {
          type: 'object',
          properties: { a: { type: 'number' } },
          required: ['a'],
          additionalProperties: false,
        } as const;
        await start(
          {
            'GET /strict': {
              handler: () => ({ a: 1, b: 2 }),
              output: {
                200: { schema: schema as never, check: (value) => !('b' in (value as object)) },
              },
            },
          },
          { mode },
        );
        const response = await target.call('/strict');
        if (mode === 'production')
          expect([response.status, await response.json()]).toEqual([200, { a: 1, b: 2 }]);
        else
          expect(await response.json()).toMatchObject({
            status: 500,
            code: 'invalid_response',
            errors: [{ in: 'response', path: '/b', rule: 'additionalProperties' }],
          });
        expect(target.logged).toContainEqual(
          expect.objectContaining({
            level: 'warn',
            message: 'a response does not match its declaration',
          }),
        );
      },
    );

    test('streams bytes and events', async () => {
      await start({
        'GET /bytes': {
          handler: () =>
            new ReadableStream({
              start: (c) => (c.enqueue(new TextEncoder().encode('ab')), c.enqueue('cd'), c.close()),
            }),
        },
        'GET /node': { handler: () => Readable.from(['x', 'y']) },
        'GET /events': {
          handler: async function* () {
            yield { n: 1 };
            yield 'text';
            yield { event: 'done', id: '7', data: { n: 2n } };
          },
        },
        'GET /plain': {
          handler: () => ({
            async *[Symbol.asyncIterator]() {
              yield 1;
            },
          }),
        },
        'GET /sent': {
          handler: (_req, res) => {
            res.status = 201;
            return res.stream(new ReadableStream({ start: (c) => (c.enqueue('z'), c.close()) }));
          },
        },
      });
      const bytes = await target.call('/bytes');
      expect([bytes.headers.get('content-type'), await bytes.text()]).toEqual([
        'application/octet-stream',
        'abcd',
      ]);
      expect(await (await target.call('/node')).text()).toBe('xy');
      const events = await target.call('/events');
      expect([events.headers.get('content-type'), await events.text()]).toEqual([
        'text/event-stream',
        'data: {"n":1}\n\ndata: "text"\n\nevent: done\nid: 7\ndata: {"n":"2"}\n\n',
      ]);
      const plain = await target.call('/plain');
      expect([plain.headers.get('content-type'), await plain.text()]).toEqual([
        'text/event-stream',
        'data: 1\n\n',
      ]);
      const sent = await target.call('/sent');
      expect([sent.status, await sent.text()]).toEqual([201, 'z']);
      const head = await target.call('/events', { method: 'HEAD' });
      expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
        200,
        'text/event-stream',
        '',
      ]);
      expect(target.app.inflight).toBe(0);
    });
  });

  describe('errors', () => {
    const routes: Record<string, TestRoute> = {
      'GET /http': {
        handler: (_req, res) => {
          res.headers.set('retry-after', '5');
          throw new HttpError(429, 'slow_down', { wait: 5n, status: 1 });
        },
      },
      'GET /foreign': {
        handler: () => {
          throw Object.assign(new Error('x'), {
            status: 404,
            code: 'not_found',
            details: { id: 1 },
            [Symbol.for('gati.http-error')]: true,
          });
        },
      },
      'GET /unknown': {
        handler: async (_req, res) => {
          res.headers.set('x-secret', '1');
          throw new Error('secret detail');
        },
      },
      'GET /odd': { handler: () => Promise.reject('text') },
      'GET /status': { handler: (_req, res) => ((res.status = 42), {}) },
      'GET /header': { handler: (_req, res) => (res.headers.set('x-a', 'bad\u0001'), {}) },
    };

    test('answers problems and leaks nothing in production', async () => {
      await start(routes);
      const http = await target.call('/http');
      expect([
        http.status,
        http.headers.get('retry-after'),
        http.headers.get('content-type'),
      ]).toEqual([429, '5', 'application/problem+json']);
      expect(await http.json()).toEqual({
        type: 'about:blank',
        title: 'Too Many Requests',
        status: 429,
        code: 'slow_down',
        wait: '5',
      });
      expect(await (await target.call('/foreign')).json()).toMatchObject({
        status: 404,
        code: 'not_found',
        id: 1,
      });
      for (const path of ['/unknown', '/odd', '/status']) {
        const response = await target.call(path);
        expect(response.headers.get('x-secret')).toBe(null);
        expect(await response.json()).toEqual({
          type: 'about:blank',
          title: 'Internal Server Error',
          status: 500,
          code: 'internal',
        });
      }
      expect((await target.call('/header')).status).toBeGreaterThanOrEqual(200);
      expect(
        target.logged.filter((line) => line['message'] === 'a request failed'),
      ).not.toHaveLength(0);
      expect(target.app.inflight).toBe(0);
    });

    test('tells more in development', async () => {
      await start(routes, {
        mode: 'development',
        onError: (_error: unknown, route: string) => ({ file: 'src/handlers/x.ts', frame: route }),
      });
      expect(await (await target.call('/unknown')).json()).toMatchObject({
        code: 'internal',
        detail: 'secret detail',
        stack: expect.stringContaining('secret detail'),
        file: 'src/handlers/x.ts',
        frame: 'GET /unknown',
      });
    });
  });

  test('runs middleware outermost first', async () => {
    const order: string[] = [];
    await start({
      'GET /in': {
        middleware: [
          async (_req, res, _gctx, lctx, next) => {
            order.push('a');
            lctx.state.set('user', 'ada');
            const inner = await next();
            res.headers.set('x-after', 'yes');
            order.push('A');
            return { wrapped: inner };
          },
          (_req, _res, _gctx, _lctx, next) => {
            order.push('b');
            void next();
          },
        ],
        handler: async (_req, _res, _gctx, lctx) => {
          order.push('h');
          return { user: lctx.state.get('user') };
        },
      },
      'GET /stop': {
        middleware: [(_req, res) => ((res.status = 401), { error: 'who?' })],
        handler: () => order.push('never'),
      },
      'GET /throws': {
        middleware: [
          () => {
            throw new HttpError(403, 'no');
          },
        ],
        handler: () => ({}),
      },
      'GET /catch': {
        middleware: [(_req, _res, _gctx, _lctx, next) => next().catch(() => ({ caught: true }))],
        handler: () => Promise.reject(new Error('x')),
      },
    });
    const response = await target.call('/in');
    expect([response.headers.get('x-after'), await response.json(), order.join('')]).toEqual([
      'yes',
      { wrapped: { user: 'ada' } },
      'abhA',
    ]);
    const stopped = await target.call('/stop');
    expect([stopped.status, await stopped.json()]).toEqual([401, { error: 'who?' }]);
    expect((await target.call('/throws')).status).toBe(403);
    expect(await (await target.call('/catch')).json()).toEqual({ caught: true });
    expect(order).not.toContain('never');
  });

  test('gives a request its context', async () => {
    await start({
      'GET /ctx': {
        handler: (_req, _res, gctx, lctx) => ({
          traceId: lctx.traceId,
          spanId: lctx.spanId,
          requestId: lctx.requestId,
          version: lctx.version,
          route: lctx.route,
          agent: lctx.client.userAgent,
          release: gctx.release.id,
          aborted: lctx.signal.aborted,
        }),
      },
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(
      await (await target.call('/ctx', { headers: { traceparent, 'user-agent': 'test' } })).json(),
    ).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
      requestId: '0af7651916cd43dd8448eb211c80319c',
      version: '1.2.3',
      route: 'GET /ctx',
      agent: 'test',
      release: 'rel_0123456789abcdef',
      aborted: false,
    });
    const malformed = (await (
      await target.call('/ctx', { headers: { traceparent: '00-00-01' } })
    ).json()) as { traceId: string };
    expect(malformed.traceId).toMatch(/^[\da-f]{32}$/);
    expect(target.app.spans(2)[1]).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentId: 'b7ad6b7169203331',
      route: '/ctx',
      status: 200,
    });
  });

  test('aborts and answers 503 when the handler is late', async () => {
    let reason: unknown;
    await start(
      {
        'GET /slow': {
          handler: (_req, _res, _gctx, lctx) =>
            new Promise((resolve) =>
              lctx.signal.addEventListener('abort', () => {
                reason = lctx.signal.reason;
                resolve({ late: true });
              }),
            ),
        },
      },
      { limits: { handlerTimeout: 50 } },
    );
    const response = await target.call('/slow');
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'timeout' }]);
    expect(reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('waits for code, context and promises', async () => {
    let opened = 0;
    let done = false;
    const release = bundle({
      'GET /lazy': {
        lazy: true,
        handler: (_req, _res, _gctx, lctx) => {
          lctx.waitUntil(
            new Promise((resolve) => setTimeout(resolve, 30)).then(() => (done = true)),
          );
          lctx.waitUntil(Promise.reject(new Error('late')));
          return { ok: true };
        },
      },
    });
    target = await open(release, {
      context: async () => {
        if (opened++ === 0) throw new Error('not yet');
        return { logger: { error: () => undefined } } as never;
      },
    });
    expect((await target.call('/lazy')).status).toBe(500);
    expect(
      await Promise.all([1, 2, 3].map(async () => (await target.call('/lazy')).status)),
    ).toEqual([200, 200, 200]);
    expect(opened).toBe(2);
    await target.app.drain();
    expect(done).toBe(true);
  });

  test('swaps releases between requests', async () => {
    let current = bundle({ 'GET /v': { handler: () => 1 } }, {}, '1.0.0');
    target = await open(current, { releases: () => onlyRelease(current) });
    expect(await (await target.call('/v')).json()).toBe(1);
    current = bundle({ 'GET /v': { handler: () => 2 } }, {}, '2.0.0');
    const response = await target.call('/v');
    expect([await response.json(), response.headers.get('x-api-version')]).toEqual([2, '2.0.0']);
    expect(
      target.app
        .metrics()
        .map((metric) => [metric.version, metric.route, metric.status, metric.count]),
    ).toEqual([
      ['1.0.0', '/v', '2xx', 1],
      ['2.0.0', '/v', '2xx', 1],
    ]);
  });

  describe('CORS', () => {
    const routes: Record<string, TestRoute> = {
      'POST /a': { headers: object({ 'x-tenant': { type: 'string' } }, []), handler: () => ({}) },
    };
    const preflight = (origin: string): Promise<Response> =>
      target.call('/a', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });

    test('is off by default', async () => {
      await start(routes);
      expect(
        (await preflight('https://a.example')).headers.get('access-control-allow-origin'),
      ).toBe(null);
      expect(
        (
          await target.call('/a', { method: 'POST', headers: { origin: 'http://localhost:5173' } })
        ).headers.get('access-control-allow-origin'),
      ).toBe(null);
    });

    test('allows loopback in development', async () => {
      await start(routes, { mode: 'development' });
      expect(
        (await preflight('http://localhost:5173')).headers.get('access-control-allow-origin'),
      ).toBe('http://localhost:5173');
      expect(
        (await preflight('http://localhost.evil.example')).headers.get(
          'access-control-allow-origin',
        ),
      ).toBe(null);
    });

    test('answers preflights of the origins that it knows', async () => {
      await start(routes, { cors: { origins: ['https://a.example'], credentials: true } });
      const { status, headers } = await preflight('https://a.example');
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-methods')).toBe('POST, OPTIONS');
      expect(headers.get('access-control-allow-headers')).toMatch(
        /^X-API-Version, traceparent, Idempotency-Key.*, x-tenant$/,
      );
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('vary')).toContain('Origin');
      const answer = await target.call('/a', {
        method: 'POST',
        headers: { origin: 'https://a.example' },
      });
      expect(answer.headers.get('access-control-expose-headers')).toBe(
        'X-API-Version, X-Gati-Release, Link, Retry-After, X-Request-Id',
      );
      const refused = await preflight('https://b.example');
      expect([
        refused.headers.get('access-control-allow-origin'),
        refused.headers.get('access-control-allow-methods'),
      ]).toEqual([null, null]);
    });
  });
});

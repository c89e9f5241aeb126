import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { adapters, read, useTarget } from '../../helpers/target.ts';

const object = (properties: object, required = Object.keys(properties)): never =>
  ({ type: 'object', properties, required }) as never;

describe.each(adapters)('over %s', (_name, open) => {
  const target = useTarget(open);

  test('sends res.json() or res.body with the assigned status', async () => {
    await target.start({
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
    const accepted = await target.post('/payments/1/capture', '{"amount":5}');
    expect(await read(accepted)).toMatchObject({ status: 202, text: '{"state":"capturing"}' });
    const rejected = await target.post('/payments/1/capture', '{"amount":500}');
    expect(await read(rejected)).toMatchObject({
      status: 409,
      text: '{"error":"ReservationFailed"}',
    });
  });

  test('prefers the argument of res.json() to res.body, and res.body to the returned value', async () => {
    await target.start({
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
    expect({
      status,
      length: headers.get('content-length'),
      type: headers.get('content-type'),
    }).toEqual({ status: 204, length: null, type: null });
  });

  test('sends text, redirects, cookies and headers', async () => {
    await target.start({
      'GET /text': { handler: (_req, res) => res.text('hällo') },
      'GET /html': {
        handler: (_req, res) => (res.headers.set('content-type', 'text/html'), '<p>'),
      },
      'GET /string': { handler: () => 'quoted' },
      'GET /go': { handler: (_req, res) => res.redirect('/ü?x=1', 303) },
      'GET /cookie': {
        handler: (_req, res) => {
          res.cookie('a', '1 2', { httpOnly: false, sameSite: 'strict', maxAge: 60 });
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
    expect(await read(await target.call('/text'))).toMatchObject({
      text: 'hällo',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
    expect(await read(await target.call('/html'))).toMatchObject({
      text: '<p>',
      headers: { 'content-type': 'text/html' },
    });
    expect(await (await target.call('/string')).text()).toBe('"quoted"');
    expect(await read(await target.call('/go', { redirect: 'manual' }))).toMatchObject({
      status: 303,
      headers: { location: '/%C3%BC?x=1' },
    });
    const cookie = await target.call('/cookie');
    expect(cookie.headers.getSetCookie()).toEqual([
      'a=1%202; Max-Age=60; Path=/; SameSite=Strict',
      'b=2; Path=/; HttpOnly; SameSite=Lax',
    ]);
    expect(cookie.headers.get('vary')).toBe('X-API-Version, Accept');
    expect(await read(await target.call('/response'))).toMatchObject({
      status: 418,
      text: 'made',
      headers: {
        'x-own': '1',
        'content-type': 'text/x',
        'x-request-id': expect.stringMatching(/^[\da-f]{32}$/),
      },
    });
    const bytes = await target.call('/bytes');
    expect(bytes.headers.get('content-type')).toBe('application/octet-stream');
    expect((await bytes.arrayBuffer()).byteLength).toBe(2);
    expect((await target.call('/blob')).headers.get('content-type')).toBe('text/css');
  });

  test('encodes or fails, but drops no field', async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    await target.start({
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
    expect(failed.status).toBe(500);
    expect(await failed.json()).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      code: 'internal',
    });
    expect(await (await target.call('/lies')).json()).toEqual({ a: 1 });
    expect(target.logged.map((line) => line['message'])).toContain(
      'a response does not match its contract',
    );
  });

  test.each(['development', 'production'] as const)(
    'never sends a value without a form in JSON unnoticed in %s',
    async (mode) => {
      await target.start(
        {
          'GET /nan': { handler: () => ({ ok: true, rate: 0 / 0 }) },
          'GET /promise': { handler: () => ({ items: [Promise.resolve(1)] }) },
          'GET /error': { handler: () => ({ cause: new Error('x') }) },
        },
        { mode },
      );
      const wire = {
        '/nan': '{"ok":true,"rate":null}',
        '/promise': '{"items":[{}]}',
        '/error': '{"cause":{}}',
      };
      for (const [path, text] of Object.entries(wire)) {
        const answer = await read(await target.call(path));
        if (mode === 'production') expect(answer).toMatchObject({ status: 200, text });
        else expect(answer).toMatchObject({ status: 500 });
      }
    },
  );

  test.each(['development', 'production'] as const)(
    'checks a strict response in %s',
    async (mode) => {
      const schema = {
        type: 'object',
        properties: { a: { type: 'number' } },
        required: ['a'],
        additionalProperties: false,
      } as const;
      await target.start(
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
        expect(await read(response)).toMatchObject({ status: 200, body: { a: 1, b: 2 } });
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
    await target.start({
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
    expect(await read(await target.call('/bytes'))).toMatchObject({
      headers: { 'content-type': 'application/octet-stream' },
      text: 'abcd',
    });
    expect(await (await target.call('/node')).text()).toBe('xy');
    expect(await read(await target.call('/events'))).toMatchObject({
      headers: { 'content-type': 'text/event-stream' },
      text: 'data: {"n":1}\n\ndata: "text"\n\nevent: done\nid: 7\ndata: {"n":"2"}\n\n',
    });
    expect(await read(await target.call('/plain'))).toMatchObject({
      headers: { 'content-type': 'text/event-stream' },
      text: 'data: 1\n\n',
    });
    expect(await read(await target.call('/sent'))).toMatchObject({ status: 201, text: 'z' });
    expect(await read(await target.call('/events', { method: 'HEAD' }))).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      text: '',
    });
    expect(target.app.inflight).toBe(0);
  });
});

import { describe, expect, test, vi } from 'vitest';
import { type CallRequest, type ClientOptions, createCaller } from '../../src/client/index.ts';
import { inTurn, json, send, useServer } from '../helpers/client-server.ts';

const server = useServer();
const settings = { version: '1.2.3', base: '/api', forms: ['POST /avatars'] };
const fast = { delay: 1, max: 20 };
const call = (
  route: string,
  request: CallRequest = {},
  options: ClientOptions = {},
): ReturnType<ReturnType<typeof createCaller>> =>
  createCaller(settings, { baseUrl: server.url, retry: fast, ...options })(route, request);

describe('a request', () => {
  test('a request contains parameters, query, headers, version and body', async () => {
    await call(
      'POST /payments/:id/capture',
      {
        params: { id: 'a/b ü?' },
        query: { q: ['x&y', 2n], none: undefined, at: new Date(0) },
        headers: { 'X-Count': 3, gone: undefined },
        body: { amount: 5n, at: new Date(0) },
      },
      { headers: async () => ({ authorization: 'Bearer t' }) },
    );
    const [request] = server.seen;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/api/payments/a%2Fb%20%C3%BC%3F/capture?q=x%26y&q=2&at=1970-01-01T00%3A00%3A00.000Z',
      headers: {
        'x-api-version': '1.2.3',
        'x-count': '3',
        authorization: 'Bearer t',
        'content-type': 'application/json',
      },
      body: '{"amount":"5","at":"1970-01-01T00:00:00.000Z"}',
    });
    expect(request!.headers).not.toHaveProperty('gone');
    expect(request!.headers).not.toHaveProperty('x-gati-sdk');
    await createCaller({ ...settings, sdk: '@acme/shop' }, { baseUrl: server.url })('GET /a');
    expect(server.seen[1]!.headers['x-gati-sdk']).toBe('@acme/shop/1.2.3');
  });

  test('a request keeps the slashes of a rest parameter', async () => {
    await call('GET /files/*rest', { params: { rest: 'a b/c?.txt' } });
    expect(server.seen[0]!.url).toBe('/api/files/a%20b/c%3F.txt');
  });

  test.each(['', '.', '..', undefined])(
    'a call with the parameter %j throws, because it would reach another route',
    async (id) => {
      await expect(call('GET /users/:id', { params: { id } })).rejects.toMatchObject({
        code: 'GATI_CLIENT_PARAM',
      });
      await expect(
        call('GET /files/*rest', { params: { rest: `a/${id ?? ''}/b` } }),
      ).rejects.toMatchObject({ code: 'GATI_CLIENT_PARAM' });
      expect(server.seen).toEqual([]);
    },
  );

  test('a call without a page needs a base URL', async () => {
    await expect(createCaller(settings)('GET /a')).rejects.toMatchObject({
      code: 'GATI_CLIENT_BASE_URL',
    });
    await expect(createCaller(settings, { baseUrl: '/api' })('GET /a')).rejects.toMatchObject({
      code: 'GATI_CLIENT_BASE_URL',
    });
  });

  test('a call goes to the server of the page by default', async () => {
    vi.stubGlobal('location', { origin: server.url });
    expect(await createCaller(settings)('GET /a')).toMatchObject({ ok: true });
    vi.unstubAllGlobals();
  });

  test('a call requests another version, or none', async () => {
    await call('GET /a', {}, { version: '2.x' });
    await call('GET /a', { version: false }, { version: '2.x' });
    expect(server.seen.map(({ headers }) => headers['x-api-version'])).toEqual(['2.x', undefined]);
  });

  test('a body is multipart if it has a file, also in a list, or if the route accepts forms', async () => {
    await call('POST /upload', {
      body: {
        name: 'ü',
        tags: ['a', 'b'],
        file: new File(['hello'], 'a.txt', { type: 'text/plain' }),
        meta: { n: 1n },
        none: undefined,
      },
    });
    await call('POST /upload', { body: { files: [new Blob(['x'])] } });
    await call('POST /avatars', { body: { name: 'a' } });
    const [one, two, three] = server.seen;
    for (const request of [one, two, three])
      expect(request!.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(one!.body).toContain(
      'name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello',
    );
    expect(one!.body.match(/name="tags"/g)).toHaveLength(2);
    expect(one!.body).toContain('name="meta"\r\n\r\n{"n":"1"}');
    expect(one!.body).not.toContain('none');
    expect(two!.body).toContain('name="files"; filename="blob"');
    expect(three!.body).toContain('name="name"\r\n\r\na');
  });

  test('forms, text and streams are sent as they are', async () => {
    await call('POST /a', { body: new URLSearchParams({ a: '1' }) });
    await call('POST /a', { body: 'plain', headers: { 'content-type': 'text/plain' } });
    await call('POST /a', { body: 'json' });
    await call('POST /a', { body: new Blob(['bytes']).stream() });
    expect(server.seen.map(({ body, headers }) => [body, headers['content-type']])).toEqual([
      ['a=1', 'application/x-www-form-urlencoded;charset=UTF-8'],
      ['plain', 'text/plain'],
      ['"json"', 'application/json'],
      ['bytes', undefined],
    ]);
  });
});

describe('a response', () => {
  test('a result has ok and status of the response', async () => {
    server.answer(json(202, { state: 'capturing' }, { 'x-gati-release': 'rel_1' }));
    const good = await call('POST /a');
    expect(good).toMatchObject({ ok: true, status: 202, data: { state: 'capturing' } });
    expect(good.headers!.get('x-gati-release')).toBe('rel_1');
    server.answer(json(409, { error: 'ReservationFailed' }));
    expect(await call('POST /a')).toMatchObject({
      ok: false,
      status: 409,
      error: { error: 'ReservationFailed' },
    });
  });

  test('a response is read by its content type', async () => {
    server.answer(send(200, 'text/plain; charset=utf-8', 'hello'));
    expect(await call('GET /a')).toMatchObject({ data: 'hello' });
    server.answer(send(204, undefined, ''));
    expect(await call('GET /a')).toMatchObject({ ok: true, data: undefined });
    server.answer(send(200, 'image/png', 'png'));
    const image = (await call('GET /a')) as { data: unknown };
    expect(await (image.data as Blob).text()).toBe('png');
    server.answer(send(200, 'application/octet-stream', 'bytes'));
    const stream = (await call('GET /a')) as { data: unknown };
    expect(await new Response(stream.data as ReadableStream).text()).toBe('bytes');
    server.answer(send(200, 'application/vnd.api+json', '[1]'));
    expect(await call('GET /a')).toMatchObject({ data: [1] });
    server.answer(json(200, {}));
    expect(await call('HEAD /a')).toMatchObject({ ok: true, data: undefined });
  });

  test('a response that the app did not send becomes a problem', async () => {
    server.answer(send(413, 'text/html', '<h1>nginx</h1>'));
    expect(await call('POST /a')).toMatchObject({
      status: 413,
      error: { type: 'about:blank', title: 'Payload Too Large', status: 413, code: 'http_413' },
    });
    server.answer(send(404, undefined, ''));
    expect(await call('POST /a')).toMatchObject({ error: { code: 'http_404' } });
    server.answer(send(400, 'application/json', '{oops'));
    expect(await call('POST /a')).toMatchObject({ error: { code: 'http_400', detail: '{oops' } });
    server.answer(send(400, 'text/plain', 'declared text'));
    expect(await call('POST /a')).toMatchObject({ error: 'declared text' });
  });

  test('each failure has problem details, whatever its body', async () => {
    const problemOf = async (): Promise<unknown> =>
      ((await call('POST /a')) as { problem: unknown }).problem;
    const sent = { type: 'https://a.example/b', title: 'No money', status: 402, code: 'no_money' };
    server.answer(send(402, 'application/problem+json', JSON.stringify(sent)));
    expect(await problemOf()).toEqual(sent);
    server.answer(send(402, 'application/problem+json', '{"title":"No money"}'));
    expect(await problemOf()).toEqual({
      type: 'about:blank',
      title: 'No money',
      status: 402,
      code: 'http_402',
    });
    server.answer(json(409, { error: 'ReservationFailed' }));
    expect(await problemOf()).toMatchObject({ code: 'http_409', detail: 'ReservationFailed' });
    server.answer(json(409, { message: 'taken', error: 7 }));
    expect(await problemOf()).toMatchObject({ title: 'Conflict', detail: 'taken' });
    for (const body of ['null', '[]', '7', '"text"']) {
      server.answer(send(409, 'application/json', body));
      expect(await problemOf(), body).toMatchObject({ status: 409, code: 'http_409' });
    }
    server.answer(send(400, 'text/plain', 'declared text'));
    expect(await problemOf()).toMatchObject({ code: 'http_400', detail: 'declared text' });
    server.answer(send(413, 'text/html', '<h1>nginx</h1>'));
    expect(await problemOf()).toMatchObject({ code: 'http_413' });
    server.answer((_, response) => response.destroy());
    expect(await problemOf()).toMatchObject({
      title: 'No response',
      status: 0,
      code: 'network',
      detail: expect.any(String),
    });
    server.answer(json(409, { error: 'ReservationFailed' }));
    await expect(call('POST /a', { throwOnError: true })).rejects.toMatchObject({
      problem: { detail: 'ReservationFailed' },
    });
  });

  test('a response that claims to be JSON but is not is a failure with status 0', async () => {
    server.answer(send(200, 'application/json', '{oops'));
    expect(await call('GET /a')).toMatchObject({
      ok: false,
      status: 0,
      error: { code: 'bad_response' },
    });
    expect(server.seen).toHaveLength(1);
  });

  test('a missing response is a failure with status 0', async () => {
    server.answer((_, response) => response.destroy());
    expect(await call('POST /a')).toMatchObject({
      ok: false,
      status: 0,
      error: { code: 'network' },
    });
    server.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"a":');
      setImmediate(() => response.destroy());
    });
    expect(await call('POST /a')).toMatchObject({
      ok: false,
      status: 0,
      error: { code: 'network' },
    });
  });

  test('throwOnError throws a result that is not ok', async () => {
    server.answer(json(409, { error: 'ReservationFailed' }));
    await expect(call('POST /a', {}, { throwOnError: true })).rejects.toMatchObject({
      name: 'CallError',
      code: 'GATI_CALL_FAILED',
      status: 409,
      route: 'POST /a',
      result: { error: { error: 'ReservationFailed' } },
    });
    expect(await call('POST /a', { throwOnError: false }, { throwOnError: true })).toMatchObject({
      status: 409,
    });
    server.answer((_, response) => response.destroy());
    await expect(call('POST /a', { throwOnError: true })).rejects.toMatchObject({
      status: 0,
      message: expect.stringContaining('POST /a'),
    });
  });
});

describe('a call that fails', () => {
  test.each([408, 429, 500, 502, 503])(
    'a call with status %i is retried if that is safe',
    async (status) => {
      server.answer(inTurn(json(status, {}), json(status, {}), json(200, { ok: 1 })));
      expect(await call('GET /a')).toMatchObject({ ok: true });
      expect(server.seen).toHaveLength(3);
    },
  );

  test.each([400, 404, 409, 501])('a call with status %i is not retried', async (status) => {
    server.answer(json(status, {}));
    expect(await call('GET /a')).toMatchObject({ status });
    expect(server.seen).toHaveLength(1);
  });

  test('a call that might run twice is retried only with an idempotency key', async () => {
    server.answer(json(503, {}));
    await call('POST /a', { body: { a: 1 } });
    expect(server.seen).toHaveLength(1);
    server.answer(json(503, {}));
    await call('POST /a', { body: { a: 1 }, idempotencyKey: 'k1' });
    expect(
      server.seen.slice(1).map(({ headers, body }) => [headers['idempotency-key'], body]),
    ).toEqual([1, 2, 3].map(() => ['k1', '{"a":1}']));
    await call('POST /a', { headers: { 'Idempotency-Key': 'k2' } });
    expect(server.seen).toHaveLength(7);
  });

  test('a call is retried after a lost connection, up to the configured attempts', async () => {
    server.answer((_, response) => response.destroy());
    expect(await call('PUT /a', { retry: { ...fast, attempts: 4 } })).toMatchObject({ status: 0 });
    expect(server.seen).toHaveLength(4);
    await call('PUT /a', { retry: false });
    expect(server.seen).toHaveLength(5);
  });

  test('a retry waits as long as Retry-After says, and gives up if that is too long', async () => {
    const pauses = vi.spyOn(globalThis, 'setTimeout');
    server.answer(
      inTurn(
        json(429, {}, { 'retry-after': '1' }),
        json(503, {}, { 'retry-after': new Date(Date.now() - 1000).toUTCString() }),
        json(200, {}),
      ),
    );
    expect(await call('GET /a', { retry: { delay: 1, max: 1000 } })).toMatchObject({ ok: true });
    expect(pauses.mock.calls.map(([, milliseconds]) => milliseconds)).toEqual(
      expect.arrayContaining([1000, 0]),
    );
    pauses.mockRestore();
    server.answer(json(503, {}, { 'retry-after': '3600' }));
    server.seen.length = 0;
    expect(await call('GET /a')).toMatchObject({ status: 503 });
    expect(server.seen).toHaveLength(1);
  });

  test('a call ends at its timeout and when its signal aborts', async () => {
    server.answer(() => {});
    expect(await call('POST /a', { timeout: 200 })).toMatchObject({
      ok: false,
      status: 0,
      error: { code: 'timeout' },
    });
    await call('GET /a', {}, { timeout: 200 });
    expect(server.seen).toHaveLength(4);

    const controller = new AbortController();
    server.answer(() => controller.abort(new Error('enough')));
    expect(await call('GET /a', { signal: controller.signal })).toMatchObject({
      status: 0,
      error: { code: 'aborted' },
    });
    expect(await call('GET /a', { signal: AbortSignal.abort() })).toMatchObject({
      status: 0,
      error: { code: 'aborted' },
    });
    expect(server.seen).toHaveLength(5);
  });

  test('aborting a call ends the pause before the next attempt', async () => {
    const controller = new AbortController();
    server.answer((request, response, count) => {
      json(503, {})(request, response, count);
      setImmediate(() => controller.abort());
    });
    expect(
      await call('GET /a', { signal: controller.signal, retry: { delay: 60_000, max: 60_000 } }),
    ).toMatchObject({
      error: { code: 'aborted' },
    });
  });
});

import { createServer } from 'node:http';
import { sendAndLeave, sendRaw } from '@gati/test-kit/sockets';
import { listen } from '@gati/test-kit/ports';
import { until } from '@gati/test-kit/wait';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../helpers/bundle.ts';
import { overNode, type Target } from '../../helpers/target.ts';

const SECRET = 'tr0ub4dor-secret';

function request(
  line: string,
  headers: Record<string, string> = {},
  body: string | Uint8Array = '',
): Uint8Array[] {
  const fields = Object.entries({ host: 'localhost', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return [new TextEncoder().encode(`${line} HTTP/1.1\r\n${fields.join('')}\r\n`), bytes];
}

function json(body: string | Uint8Array, extra: Record<string, string> = {}): Uint8Array[] {
  const length = typeof body === 'string' ? new TextEncoder().encode(body).length : body.length;
  return request(
    'POST /echo',
    {
      'content-type': 'application/json',
      'content-length': String(length),
      connection: 'close',
      ...extra,
    },
    body,
  );
}

const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);
const problemOf = (response: string): Record<string, unknown> =>
  JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;

describe('bad input in production', () => {
  let target: Target;
  let handled = 0;
  beforeAll(async () => {
    const release = bundle({
      'POST /echo': {
        body: { type: 'object', properties: { a: { type: 'number' } } },
        handler: (req) => {
          handled++;
          return req.body;
        },
      },
      'POST /any': { handler: (req) => ({ size: req.rawBody?.length ?? 0 }) },
      'GET /users/:id': { handler: (req) => ({ id: req.params.id }) },
    });
    target = await overNode(release, { limits: { bodyTimeout: 300, body: 100_000 } });
  });
  afterAll(async () => {
    expect(await (await target.call('/users/1')).json()).toEqual({ id: '1' });
    await until('all requests have ended', () => target.app.inflight === 0);
    expect(target.logged.filter((line) => line['level'] === 'error')).toEqual([]);
    await target.close();
  });

  /** Expects a problem that repeats nothing of the request. */
  async function expectProblem(
    chunks: Uint8Array[],
    status: number,
    code: string,
  ): Promise<Record<string, unknown>> {
    const before = handled;
    const response = await sendRaw(target.port, chunks);
    expect(statusOf(response)).toBe(status);
    expect(response.toLowerCase()).toContain('content-type: application/problem+json');
    const problem = problemOf(response);
    expect(problem).toMatchObject({ status, code });
    expect(response).not.toContain(SECRET);
    expect(response).not.toMatch(/\bat .*\.(?:ts|js):\d/);
    expect(handled).toBe(before);
    return problem;
  }

  test.each([
    [`{"a":${SECRET}}`, 5],
    [`{"a":1,}`, 7],
    [`{"a":1`, 6],
    ['', undefined],
    ['{a:1}', 1],
    ['[1 2]', 3],
    [`{"a":1} ${SECRET}`, 8],
    [`{"a":"\\x${SECRET}"}`, 5],
    ['{"a":01}', 5],
    ['nul', 0],
    ['{"a":"\u0001"}', 5],
    ['{"a" 1}', 5],
    ['{"a":}', 5],
    ['}', 0],
    ['{]', 1],
    ['{"a":1}}', 7],
    ['\n\n  ?', 4],
  ])('malformed JSON %j gets 400 with the position of the error', async (body, offset) => {
    const problem = await expectProblem(
      json(body),
      400,
      offset === undefined ? 'invalid_request' : 'malformed_json',
    );
    if (offset !== undefined) expect(problem['offset']).toBe(offset);
  });

  test('responds 415 to a content type or charset that the route does not accept', async () => {
    await expectProblem(
      json('{}', { 'content-type': 'text/plain' }),
      415,
      'unsupported_media_type',
    );
    const charset = await expectProblem(
      json('{}', { 'content-type': 'application/json; charset=latin1' }),
      415,
      'unsupported_media_type',
    );
    expect(charset['detail']).toBe('The charset must be utf-8, not latin1.');
    const odd = await expectProblem(
      json('{}', { 'content-type': 'application/json; charset="<b>"' }),
      415,
      'unsupported_media_type',
    );
    expect(odd['detail']).toBe('The charset must be utf-8.');
    await expectProblem(
      json('{}', { 'content-type': `x${SECRET}` }),
      415,
      'unsupported_media_type',
    );
    await expectProblem(
      json('{}', { 'content-encoding': 'gzip' }),
      415,
      'unsupported_content_encoding',
    );
    const missing = request('POST /echo', { 'content-length': '2', connection: 'close' }, '{}');
    await expectProblem(missing, 415, 'unsupported_media_type');
  });

  test('accepts each spelling of the JSON content type', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'application/json;charset=UTF-8',
      'Application/JSON',
      'application/merge-patch+json',
    ]) {
      expect([
        type,
        statusOf(await sendRaw(target.port, json('{"a":1}', { 'content-type': type }))),
      ]).toEqual([type, 200]);
    }
  });

  test('responds 413 to a body above the limit, however it is framed, and ends the connection', async () => {
    await expectProblem(json('x'.repeat(100_001)), 413, 'content_too_large');
    const chunk = `${(60_000).toString(16)}\r\n${'x'.repeat(60_000)}\r\n`;
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    await expectProblem(
      [
        ...request('POST /echo', headers),
        ...[chunk, chunk].map((text) => new TextEncoder().encode(text)),
      ],
      413,
      'content_too_large',
    );
    const lying = request(
      'POST /echo',
      { 'content-type': 'application/json', 'content-length': '99999999999' },
      '{',
    );
    expect(await sendRaw(target.port, lying)).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
    await expectProblem(
      request(
        'POST /any',
        { 'content-length': '100001', connection: 'close' },
        'x'.repeat(100_001),
      ),
      413,
      'content_too_large',
    );
  });

  test('responds 400 to JSON that is nested too deep', async () => {
    await expectProblem(json(`${'['.repeat(65)}${']'.repeat(65)}`), 400, 'too_deep');
    await expectProblem(
      json(`${'{"a":'.repeat(40_000 / 8)}1${'}'.repeat(40_000 / 8)}`),
      400,
      'too_deep',
    );
    await expectProblem(json('['.repeat(90_000)), 400, 'malformed_json');
    const brackets = JSON.stringify({ text: '['.repeat(500) });
    expect(statusOf(await sendRaw(target.port, json(brackets)))).toBe(200);
  });

  test('responds 400 to JSON with keys that reach a prototype', async () => {
    for (const body of [
      '{"__proto__":{"admin":true}}',
      '{"a":1,"b":[{"__proto__":1}]}',
      '{"\\u005f_proto__":{}}',
      '{"constructor":{"prototype":{"x":1}}}',
      '{"b":{"\\u0063onstructor":{"prototyp\\u0065":1}}}',
    ]) {
      await expectProblem(json(body), 400, 'forbidden_key');
    }
    for (const body of ['{"constructor":"a"}', '{"b":"__proto__"}', '{"constructor":{"name":1}}']) {
      expect([body, statusOf(await sendRaw(target.port, json(body)))]).toEqual([body, 200]);
    }
    expect(({} as Record<string, unknown>)['admin']).toBe(undefined);
  });

  test('uses the last of duplicate keys', async () => {
    expect(problemOf(await sendRaw(target.port, json('{"a":"x","a":2}')))).toEqual({ a: 2 });
  });

  test('responds 400 to a body that is not UTF-8', async () => {
    for (const bytes of [
      [0xff],
      [0xc3, 0x28],
      [0xe2, 0x82],
      [0xed, 0xa0, 0x80],
      [0xf8, 0x88, 0x80, 0x80],
    ]) {
      await expectProblem(
        json(
          new Uint8Array([
            ...new TextEncoder().encode('{"b":"'),
            ...bytes,
            ...new TextEncoder().encode('"}'),
          ]),
        ),
        400,
        'invalid_utf8',
      );
    }
    expect(problemOf(await sendRaw(target.port, json('\u{feff}{"b":"x"}')))).toEqual({ b: 'x' });
    expect(statusOf(await sendRaw(target.port, json('{"b":"\ufffd"}')))).toBe(200);
  });

  test('responds 408 to a body that arrives too slowly, and ends the connection', async () => {
    const response = await sendRaw(
      target.port,
      request(
        'POST /echo',
        { 'content-type': 'application/json', 'content-length': '50' },
        '{"a":',
      ),
    );
    expect(response).toMatch(/^HTTP\/1\.1 408 [\s\S]*connection: close/i);
    expect(problemOf(response)).toMatchObject({ code: 'request_timeout' });
  });

  test('survives a body that ends too early', async () => {
    const half = request(
      'POST /echo',
      { 'content-type': 'application/json', 'content-length': '50' },
      '{"a":',
    );
    await sendAndLeave(target.port, half, () =>
      until('the request arrives', () => target.app.inflight > 0),
    );
    const response = await sendRaw(target.port, half, { end: true });
    expect([Number.NaN, 400]).toContain(statusOf(response));
  });

  test('responds to absurd paths with 400 or 404', async () => {
    const close = { connection: 'close' };
    for (const [path, status] of [
      [`/${'a'.repeat(8000)}`, 404],
      [`/${'/'.repeat(4000)}`, 404],
      [`/${'a/'.repeat(4000)}`, 404],
      [`/${'%2e%2e/'.repeat(500)}etc/passwd`, 404],
      ['/users/%00', 400],
      ['/users/%c0%ae', 400],
      ['/users/%', 400],
      ['/users/1?%', 200],
      ['//evil.example/users/1', 404],
      ['http://other.example/users/1', 200],
      ['/users/1?' + 'a=1&'.repeat(3000), 200],
      ['/__proto__', 404],
      ['/users/__proto__', 200],
      ['*', 404],
      ['ftp://x/y', 404],
    ] as const) {
      const response = await sendRaw(target.port, request(`GET ${path}`, close));
      expect([path.slice(0, 60), statusOf(response)]).toEqual([path.slice(0, 60), status]);
    }
    expect(statusOf(await sendRaw(target.port, request('OPTIONS *', close)))).toBe(204);
  });

  test('responds to absurd headers', async () => {
    const close = { connection: 'close' };
    expect(
      statusOf(
        await sendRaw(
          target.port,
          request('GET /users/1', { ...close, 'x-big': 'x'.repeat(40_000) }),
        ),
      ),
    ).toBe(431);
    expect(
      statusOf(await sendRaw(target.port, request('GET /users/1', { ...close, 'bad name': 'x' }))),
    ).toBe(400);
    expect(
      statusOf(
        await sendRaw(
          target.port,
          request('GET /users/1', {
            ...close,
            cookie: '=;;=;__proto__=1;a',
            traceparent: 'ff',
            origin: 'x',
            'x-request-id': '"',
          }),
        ),
      ),
    ).toBe(200);
    expect(
      statusOf(
        await sendRaw(target.port, request('POST /echo', { ...close, 'content-length': 'x' })),
      ),
    ).toBe(400);
    expect(
      statusOf(
        await sendRaw(
          target.port,
          request(
            'POST /echo',
            { ...close, 'content-length': '5', 'transfer-encoding': 'chunked' },
            '0\r\n\r\n',
          ),
        ),
      ),
    ).toBe(400);
    expect(statusOf(await sendRaw(target.port, request('BREW /users/1', close)))).toBe(400);
    expect(statusOf(await sendRaw(target.port, request('PROPFIND /users/1', close)))).toBe(405);
    expect(
      statusOf(
        await sendRaw(target.port, request('GET /users/1', { ...close, 'x-latin': '\u00e9' })),
      ),
    ).toBe(200);
  });

  test('serves the next request of a connection after a rejected body', async () => {
    const first = json('{"a":', { connection: 'keep-alive' });
    const response = await sendRaw(target.port, [
      ...first,
      ...request('GET /users/7', { connection: 'close' }),
    ]);
    expect(response).toMatch(/^HTTP\/1\.1 400 /);
    expect(response).toContain('{"id":"7"}');
  });
});

test('passes a request that matches no route to the next handler', async () => {
  const target = await overNode(bundle({ 'POST /own': { handler: () => ({}) } }));
  const server = createServer((req, res) =>
    target.app.handleNodeRequest(req, res, () => res.end(`next ${req.url}`)),
  );
  const url = `http://127.0.0.1:${await listen(server)}`;
  expect(await (await fetch(`${url}/@vite/client?x=1`)).text()).toBe('next /@vite/client?x=1');
  expect((await fetch(`${url}/own`)).status).toBe(405);
  server.close();
  await target.close();
});

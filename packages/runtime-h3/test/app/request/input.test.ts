import { describe, expect, test } from 'vitest';
import { adapters, useTarget } from '../../helpers/target.ts';

const object = (properties: object, required = Object.keys(properties)): never =>
  ({ type: 'object', properties, required }) as never;

describe.each(adapters)('over %s', (_name, open) => {
  const target = useTarget(open);

  test('coerces params and query to their declared types', async () => {
    await target.start({
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

  test('lists each invalid field in a 400 problem', async () => {
    await target.start({
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
    const response = await target.post('/items/x?page=', '{"items":[{"qty":0}]}');
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
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

  test('lists at most 100 invalid fields', async () => {
    await target.start({
      'POST /many': { body: { type: 'array', items: { type: 'number' } }, handler: () => ({}) },
    });
    const { errors } = (await (
      await target.post('/many', JSON.stringify(Array.from({ length: 500 }, () => 'x')))
    ).json()) as {
      errors: unknown[];
    };
    expect(errors).toHaveLength(100);
  });

  test('decodes codecs of a body and keeps its raw bytes', async () => {
    const seen: unknown[] = [];
    await target.start({
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
    const response = await target.post('/typed', JSON.stringify(wire));
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
    const bad = await target.post('/typed', JSON.stringify({ ...wire, bytes: '***' }));
    expect(await bad.json()).toMatchObject({
      status: 400,
      errors: [{ path: '/bytes', rule: 'contentEncoding' }],
    });
  });

  test('parses an undeclared body only if its content type is JSON', async () => {
    await target.start({
      'POST /any': {
        handler: (req) => ({ body: req.body ?? 'none', raw: req.rawBody?.length ?? 0 }),
      },
    });
    expect(await (await target.post('/any', '{"a":1}')).json()).toEqual({ body: { a: 1 }, raw: 7 });
    expect(
      await (
        await target.post('/any', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' })
      ).json(),
    ).toEqual({
      body: 'none',
      raw: 3,
    });
    expect(await (await target.call('/any', { method: 'POST' })).json()).toEqual({
      body: 'none',
      raw: 0,
    });
    expect((await target.post('/any', '{')).status).toBe(400);
  });

  test('responds 400 without a body only where the contract requires one', async () => {
    const body = object({ a: { type: 'number' } });
    await target.start({
      'POST /must': { body, handler: () => ({}) },
      'POST /may': { body, optional: true, handler: (req) => ({ none: req.body === undefined }) },
    });
    expect(await (await target.call('/must', { method: 'POST' })).json()).toMatchObject({
      status: 400,
      errors: [{ in: 'body', path: '', rule: 'required' }],
    });
    expect(await (await target.call('/may', { method: 'POST' })).json()).toEqual({ none: true });
  });

  test('parses forms where the contract accepts them', async () => {
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
    await target.start({
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
    expect(await (await target.post('/form', 'name=A+B%21&age=3&tags=x', form)).json()).toEqual({
      name: 'A B!',
      age: 3,
      tags: ['x'],
    });
    expect((await target.post('/form', 'name=%ff', form)).status).toBe(400);
    expect((await target.post('/form', '__proto__=1&name=x', form)).status).toBe(400);
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
    expect((await target.post('/upload', '{}')).status).toBe(415);
    expect(
      (
        await target.post('/upload', 'nonsense', {
          'content-type': 'multipart/form-data; boundary=x',
        })
      ).status,
    ).toBe(400);
    expect(
      (await target.post('/upload', 'nonsense', { 'content-type': 'multipart/form-data' })).status,
    ).toBe(400);
  });

  test('passes on cookies, query and headers that no contract declares', async () => {
    await target.start({
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

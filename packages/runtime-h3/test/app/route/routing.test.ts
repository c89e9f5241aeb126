import { describe, expect, test } from 'vitest';
import { onlyRelease } from '../../../src/app/versions/only-release.ts';
import { bundle, type TestRoute } from '../../helpers/bundle.ts';
import { adapters, read, useTarget } from '../../helpers/target.ts';

describe.each(adapters)('over %s', (_name, open) => {
  const target = useTarget(open);

  const routes: Record<string, TestRoute> = {
    'GET /users/:id': { handler: (req) => ({ id: req.params.id }) },
    'POST /users': { handler: () => ({}) },
    'GET /files/*rest': {
      handler: (req) => ({ rest: (req.params as Record<string, string>).rest }),
    },
    'WS /chat/:room': { socket: {} },
  };

  test('decodes percent-encoded parameters', async () => {
    await target.start(routes);
    expect(await (await target.call('/users/a%20b%2Fc')).json()).toEqual({ id: 'a b/c' });
    expect(await (await target.call('/files/a/b%20c/d.txt')).json()).toEqual({
      rest: 'a/b c/d.txt',
    });
    expect(await (await target.call('/users/%E4%BD%A0')).json()).toEqual({ id: '你' });
  });

  test('responds 400 to parameters that are malformed, have a NUL or a dot segment', async () => {
    await target.start(routes);
    for (const path of [
      '/users/%',
      '/users/%zz',
      '/users/%ff',
      '/users/a%00b',
      '/files/a/..%2f..%2fetc',
      '/users/..%2Fx',
    ]) {
      const response = await target.call(path);
      expect({ path, ...(await read(response)) }).toMatchObject({
        path,
        status: 400,
        body: { code: 'malformed_path' },
      });
    }
  });

  test('serves a path with one slash at its end as the path without it', async () => {
    await target.start({ ...routes, 'GET /': { handler: () => 'root' } });
    expect(await (await target.call('/users/7/')).json()).toEqual({ id: '7' });
    expect((await target.call('/users/', { method: 'POST' })).status).toBe(200);
    expect(await (await target.call('/')).json()).toBe('root');
    expect((await target.call('/users/7//')).status).toBe(404);
    expect((await target.call('//users/7')).status).toBe(404);
    expect(await (await target.call('/files/a/')).json()).toEqual({ rest: 'a' });
  });

  test('responds to HEAD as to GET, without the body', async () => {
    await target.start(routes);
    const response = await target.call('/users/1', { method: 'HEAD' });
    expect(await read(response)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'content-length': '10' },
      text: '',
    });
  });

  test('responds to OPTIONS, an unknown path, a wrong method and a GET of a WebSocket route', async () => {
    await target.start(routes);
    expect(await read(await target.call('/users/1', { method: 'OPTIONS' }))).toMatchObject({
      status: 204,
      headers: { allow: 'GET, HEAD, OPTIONS' },
    });
    expect(await read(await target.call('/nothing'))).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
      body: { type: 'about:blank', title: 'Not Found', status: 404, code: 'not_found' },
    });
    expect(await read(await target.call('/users', { method: 'DELETE' }))).toMatchObject({
      status: 405,
      headers: { allow: 'POST, OPTIONS' },
    });
    expect(await read(await target.call('/chat/a'))).toMatchObject({
      status: 426,
      headers: { upgrade: 'websocket' },
    });
    expect((await target.call('/chat/a', { method: 'POST' })).status).toBe(405);
    expect((await target.call('/users//')).status).toBe(404);
    expect((await target.call('//users/1')).status).toBe(404);
  });

  test('serves routes below its base only', async () => {
    await target.start(routes, { base: '/api/' });
    expect((await target.call('/api/users/1')).status).toBe(200);
    expect((await target.call('/users/1')).status).toBe(404);
    expect((await target.call('/apiusers/1')).status).toBe(404);
  });

  test('names the release and the request on every response', async () => {
    await target.start(routes);
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

  test('waits for the code of a route, its context and promises of waitUntil', async () => {
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
    await target.open(release, {
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

  test('can serve a different release with each request', async () => {
    let current = bundle({ 'GET /v': { handler: () => 1 } }, {}, '1.0.0');
    await target.open(current, { releases: () => onlyRelease(current) });
    expect(await (await target.call('/v')).json()).toBe(1);
    current = bundle({ 'GET /v': { handler: () => 2 } }, {}, '2.0.0');
    const response = await target.call('/v');
    expect(await read(response)).toMatchObject({
      body: 2,
      headers: { 'x-api-version': '2.0.0' },
    });
    expect(
      target.app
        .metrics()
        .map((metric) => [metric.version, metric.route, metric.status, metric.count]),
    ).toEqual([
      ['1.0.0', '/v', '200', 1],
      ['2.0.0', '/v', '200', 1],
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { HttpError } from '../../../src/index.ts';
import type { TestRoute } from '../../helpers/bundle.ts';
import { adapters, useTarget } from '../../helpers/target.ts';

describe.each(adapters)('over %s', (_name, open) => {
  const target = useTarget(open);

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

  test('sends the headers of an HttpError, instead of those that the handler set', async () => {
    await target.start({
      'GET /slow': {
        handler: (_req, res) => {
          res.headers.set('retry-after', '5');
          throw new HttpError(429, 'slow_down', undefined, { headers: { 'Retry-After': '10' } });
        },
      },
      'GET /bad': {
        handler: () => {
          throw new HttpError(429, 'slow_down', undefined, { headers: { 'x-a': 'b\nc' } });
        },
      },
    });
    const slow = await target.call('/slow');
    expect([slow.status, slow.headers.get('retry-after')]).toEqual([429, '10']);
    expect((await target.call('/bad')).status).toBe(500);
  });

  test('responds with problems that leak nothing in production', async () => {
    await target.start(routes);
    const http = await target.call('/http');
    expect({
      status: http.status,
      retryAfter: http.headers.get('retry-after'),
      type: http.headers.get('content-type'),
    }).toEqual({ status: 429, retryAfter: '5', type: 'application/problem+json' });
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
    expect(target.logged.filter((line) => line['message'] === 'a request failed')).not.toHaveLength(
      0,
    );
    expect(target.app.inflight).toBe(0);
  });

  test('adds detail, stack and file to a problem in development', async () => {
    await target.start(routes, {
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

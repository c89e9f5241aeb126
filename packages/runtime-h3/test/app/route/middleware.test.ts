import { describe, expect, test } from 'vitest';
import { HttpError } from '../../../src/index.ts';
import { adapters, read, useTarget } from '../../helpers/target.ts';

describe.each(adapters)('over %s', (_name, open) => {
  const target = useTarget(open);

  test('runs middleware outermost first, around the handler', async () => {
    const order: string[] = [];
    await target.start({
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
    expect(await read(response)).toMatchObject({
      headers: { 'x-after': 'yes' },
      body: { wrapped: { user: 'ada' } },
    });
    expect(order.join('')).toBe('abhA');
    expect(await read(await target.call('/stop'))).toMatchObject({
      status: 401,
      body: { error: 'who?' },
    });
    expect((await target.call('/throws')).status).toBe(403);
    expect(await (await target.call('/catch')).json()).toEqual({ caught: true });
    expect(order).not.toContain('never');
  });
});

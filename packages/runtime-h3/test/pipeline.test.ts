import { afterEach, describe, expect, it } from 'vitest';
import { HttpError } from '../src/index.ts';
import { bundle, type TestRoute } from './helpers/bundle.ts';
import { adapters, type Target } from './helpers/target.ts';

const routes: Record<string, TestRoute> = {
  'GET /users/:id': {
    handler: (req) => ({ id: req.params.id }),
    params: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  },
  'POST /payments/:id/capture': {
    body: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
    handler: async (req, res) => {
      const { amount } = req.body as { amount: number };
      if (amount > 100) {
        res.status = 409;
        return res.json({ error: 'ReservationFailed' });
      }
      res.status = 202;
      res.body = { state: 'capturing' };
    },
  },
  'GET /fail': {
    handler: () => {
      throw new HttpError(404, 'not_here', { id: 'x' });
    },
  },
};

describe.each(adapters)('over %s', (_name, open) => {
  let target: Target;
  afterEach(() => target.close());

  it('serves', async () => {
    target = await open(bundle(routes));
    const response = await target.call('/users/a%20b');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ id: 'a b' });
    expect(response.headers.get('x-api-version')).toBe('1.2.3');
    const json = { 'content-type': 'application/json' };
    const ok = await target.call('/payments/1/capture', { method: 'POST', headers: json, body: '{"amount":5}' });
    expect([ok.status, await ok.json()]).toEqual([202, { state: 'capturing' }]);
    const no = await target.call('/payments/1/capture', { method: 'POST', headers: json, body: '{"amount":500}' });
    expect([no.status, await no.json()]).toEqual([409, { error: 'ReservationFailed' }]);
    const bad = await target.call('/payments/1/capture', { method: 'POST', headers: json, body: '{"amount":"5"}' });
    expect([bad.status, await bad.json()]).toMatchObject([
      400,
      { code: 'invalid_request', errors: [{ in: 'body', path: '/amount', rule: 'type' }] },
    ]);
    const failed = await target.call('/fail');
    expect([failed.status, await failed.json()]).toEqual([
      404,
      { type: 'about:blank', title: 'Not Found', status: 404, code: 'not_here', id: 'x' },
    ]);
  });
});

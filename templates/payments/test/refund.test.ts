import { testApp } from '@gati/runtime-h3/test';
import { afterAll, expect, test } from 'vitest';

process.env['CLERK_TOKEN'] = 'of-the-test';
const app = await testApp();
afterAll(() => app.close());

const refund = (headers: Record<string, string>) =>
  app.call('POST /payments/:id/refund', {
    params: { id: 'p3' },
    headers,
    body: { reason: 'broken' },
  });

test('refunds a payment for a clerk', async () => {
  await app.call('POST /payments/:id/capture', { params: { id: 'p3' }, body: { amount: 50 } });
  const response = await refund({ authorization: 'Bearer of-the-test' });
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ refunded: 50, by: 'the clerk' });
});

test('responds 401 without the token of a clerk', async () => {
  expect((await refund({})).status).toBe(401);
  expect((await refund({ authorization: 'Bearer other' })).status).toBe(401);
});

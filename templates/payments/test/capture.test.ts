import { testApp } from '@gati/runtime-h3/test';
import { afterAll, expect, test } from 'vitest';

const app = await testApp();
afterAll(() => app.close());

test('captures a payment that the ledger reserves', async () => {
  const response = await app.call('POST /payments/:id/capture', {
    params: { id: 'p1' },
    body: { amount: 50 },
  });
  expect(response.status).toBe(202);
  expect(response.body).toEqual({ state: 'capturing' });
});

test('responds 409 above the limit', async () => {
  const response = await app.call('POST /payments/:id/capture', {
    params: { id: 'p2' },
    body: { amount: 10_001 },
  });
  expect(response.status).toBe(409);
  expect(response.body).toEqual({ error: 'ReservationFailed' });
});

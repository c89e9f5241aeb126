import { testApp } from '@gati/runtime-h3/test';
import { afterAll, expect, test } from 'vitest';

const app = await testApp();
afterAll(() => app.close());

test('captures what the ledger reserves', async () => {
  const answer = await app.call('POST /payments/:id/capture', {
    params: { id: 'p1' },
    body: { amount: 50 },
  });
  expect(answer.status).toBe(202);
  expect(answer.body).toEqual({ state: 'capturing' });
});

test('refuses more than the limit', async () => {
  const answer = await app.call('POST /payments/:id/capture', {
    params: { id: 'p2' },
    body: { amount: 10_001 },
  });
  expect(answer.status).toBe(409);
  expect(answer.body).toEqual({ error: 'ReservationFailed' });
});

import { testApp } from '@gati/runtime-h3/test';
import { afterAll, expect, test } from 'vitest';

const app = await testApp();
afterAll(() => app.close());

test('shows the account after signing in', async () => {
  const signIn = await app.call('POST /account', { body: { name: 'Ada' } });
  expect(signIn.status).toBe(204);
  const [cookie = ''] = signIn.headers.getSetCookie();
  const response = await app.call('GET /account', { headers: { cookie } });
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ name: 'Ada' });
});

test('responds 401 without a session', async () => {
  expect((await app.call('GET /account')).status).toBe(401);
});

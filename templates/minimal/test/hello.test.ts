import { testApp } from '@gati/runtime-h3/test';
import { afterAll, expect, test } from 'vitest';

const app = await testApp();
afterAll(() => app.close());

test('greets by name', async () => {
  const response = await app.call('GET /hello/:name', { params: { name: 'Ada' } });
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ message: 'Hello, Ada!' });
});

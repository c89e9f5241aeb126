import { testApp } from '@gati/runtime-h3/test';
import { expect, test } from 'vitest';

test('greets by name', async () => {
  const app = await testApp();
  const answer = await app.call('GET /hello/:name', { params: { name: 'Ada' } });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ message: 'Hello, Ada!' });
});

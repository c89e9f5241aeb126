import { testApp } from '@gati/runtime-h3/test';
import { afterAll, expect, test } from 'vitest';

const app = await testApp();
afterAll(() => app.close());

test('counts the words of a text', async () => {
  const response = await app.call('POST /words', { body: { text: 'a longer text' } });
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ words: 3, longest: 'longer' });
});

test('responds 422 for a text without words', async () => {
  const response = await app.call('POST /words', { body: { text: ' ' } });
  expect(response.status).toBe(422);
});

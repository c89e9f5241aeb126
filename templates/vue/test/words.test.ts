import { testApp } from '@gati/runtime-h3/test';
import { afterAll, expect, test } from 'vitest';

const app = await testApp();
afterAll(() => app.close());

test('counts words', async () => {
  const answer = await app.call('POST /words', { body: { text: 'a longer text' } });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ words: 3, longest: 'longer' });
});

test('says that there are none', async () => {
  const answer = await app.call('POST /words', { body: { text: ' ' } });
  expect(answer.status).toBe(422);
});

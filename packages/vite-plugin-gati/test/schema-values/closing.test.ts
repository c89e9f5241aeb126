import { expect, test } from 'vitest';
import { createTestApp } from '../helpers/app.ts';
import { ask, startDev } from '../helpers/dev.ts';
import { FILES } from './app.ts';

test('the development server closes while an analysis imports schema values', async () => {
  const app = await createTestApp(FILES);
  const dev = await startDev(app.root, { parts: {} });
  expect((await ask(dev, '/plain', { json: { name: 'ab' } })).status).toBe(200);
  const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'late'));
  expect(await Promise.race([dev.close(), late])).toBeUndefined();
  await app.dispose();
});

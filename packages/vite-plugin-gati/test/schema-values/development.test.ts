import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';
import { CASES, FILES } from './app.ts';

let app: TestApp;
let dev: DevApp;
beforeAll(async () => {
  app = await createTestApp(FILES);
  dev = await startDev(app.root, { parts: {} });
}, 60_000);
afterAll(async () => {
  await dev.close();
  await app.dispose();
}, 60_000);

test.each(CASES)('in development, $kind', async ({ path, status, body, ...request }) => {
  const response = await ask(dev, path, request);
  expect(response).toMatchObject({ status, body });
});

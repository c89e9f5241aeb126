import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';
import { CASES, FILES } from './app.ts';

let app: TestApp;
let dev: DevApp;
beforeAll(async () => {
  app = await createTestApp(FILES);
  dev = await startDev(app.root, { parts: {} });
});
afterAll(async () => {
  await dev.close();
  await app.dispose();
});

test.each(CASES)('in development, $kind', async ({ path, status, body, exact, ...request }) => {
  const response = await ask(dev, path, request);
  expect(response).toMatchObject({ status, body });
  if (exact) expect(response.body).toEqual(body);
});

test.each([
  { path: '/answer/wrong', place: '/id' },
  { path: '/answer/never', place: '/error' },
])(
  'in development, a response of $path that its schema rejects is 500',
  async ({ path, place }) => {
    expect(await ask(dev, path)).toMatchObject({
      status: 500,
      body: { code: 'invalid_response', errors: [{ in: 'response', path: place }] },
    });
  },
);

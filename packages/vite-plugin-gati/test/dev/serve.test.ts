import { afterEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { type DevApp, eventually, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

const get = async (path: string, init?: RequestInit): Promise<{ status: number; body: unknown; headers: Headers }> => {
  const response = await fetch(dev.url + path, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, body: isJson && text ? JSON.parse(text) : text, headers: response.headers };
};

it('serves a handler, and its edit with the contract of the edit', async () => {
  const handler = (n: number, type: string): string => `
// contract: {"body":{"required":true,"contentTypes":["application/json"],"schema":{"type":"object","properties":{"a":{"type":"${type}"}},"required":["a"]}}}
export const route = 'POST /echo/:id';
export const handler = (req) => ({ n: ${n}, id: req.params.id, a: req.body.a });
`;
  app = await createTestApp({ 'src/handlers/echo.ts': handler(1, 'string') });
  dev = await startDev(app.root);
  const post = (a: unknown) =>
    get('/echo/7', { method: 'POST', body: JSON.stringify({ a }), headers: { 'content-type': 'application/json' } });
  expect(await post('x')).toMatchObject({ status: 200, body: { n: 1, id: '7', a: 'x' } });
  expect(await post(5)).toMatchObject({ status: 400, body: { errors: [{ in: 'body', path: '/a' }] } });
  await app.write('src/handlers/echo.ts', handler(2, 'number'));
  await eventually(async () => expect(await post(5)).toMatchObject({ status: 200, body: { n: 2, a: 5 } }));
  expect(await post('x')).toMatchObject({ status: 400 });
});

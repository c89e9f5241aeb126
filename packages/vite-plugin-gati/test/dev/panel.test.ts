import { afterEach, expect, test, vi } from 'vitest';
import { eventually } from '@gati/test-kit/wait';
import type { GatiOptions } from '../../src/index.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  vi.unstubAllEnvs();
  await dev.close();
  await app.dispose();
});

const HANDLER = `export const route = 'GET /orders/:id';
export const handler: Handler<typeof route> = (req, _res, _gctx, lctx) => {
  lctx.logger.debug('looking', { token: 'canary-secret' });
  if (req.params.id === '0') throw new TypeError('no such order');
  return req.params.id;
};
`;

async function start(options: GatiOptions = {}, config = {}): Promise<void> {
  app = await createTestApp({
    'package.json': '{"name":"shop","version":"1.2.0"}',
    'src/handlers/orders/get.ts': HANDLER,
  });
  dev = await startDev(app.root, { options, config });
}

const read = async (path: string): Promise<any> => (await ask(dev, `/_control/api/${path}`)).body; // oxlint-disable-line typescript/no-explicit-any -- tests look into what came

test('the panel has the requests, log lines and errors of the app in development', async () => {
  await start();
  await ask(dev, '/orders/7');
  await ask(dev, '/orders/0');
  await eventually(async () => expect((await read('traces')).items).toHaveLength(2));
  const { items } = await read('traces');
  expect(items[0]).toMatchObject({ route: '/orders/:id', path: '/orders/0', status: 500 });
  const { logs } = await read(`traces/${items[0].traceId}`);
  expect(logs.map(({ level, message }: Record<string, string>) => `${level} ${message}`)).toEqual([
    'debug looking',
    'error a request failed',
    'info GET /orders/0 500',
  ]);
  expect(JSON.stringify(logs)).not.toContain('canary-secret');
  expect((await read('errors')).items).toMatchObject([
    {
      type: 'TypeError',
      place: expect.stringMatching(/^src\/handlers\/orders\/get\.ts:\d+$/),
      count: 1,
    },
  ]);
  expect((await read('overview')).app).toMatchObject({ name: 'shop', version: '1.2.0', routes: 1 });
});

test('the panel comes before routes, the base and pages of other origins', async () => {
  await start({ base: '/api' }, { base: '/shop/' });
  const response = await ask(dev, '/_control/api/routes');
  expect(response.body.routes).toMatchObject([{ path: '/api/orders/:id' }]);
  const { port } = new URL(dev.url);
  const foreign = await ask(dev, '/_control/api/routes', {
    headers: { origin: `http://localhost:${Number(port) + 1}` },
  });
  expect(foreign.status).toBe(403);
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
});

test.each([
  ['the option panel: false', { panel: false }, {}],
  ['GATI_PANEL=off', {}, { GATI_PANEL: 'off' }],
])('%s leaves /_control to the app', async (_title, options, env) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  await start(options);
  expect((await ask(dev, '/_control/api/routes')).status).toBe(404);
  expect((await ask(dev, '/orders/7')).status).toBe(200);
});

test('GATI_TELEMETRY=off records nothing, and the panel says so', async () => {
  vi.stubEnv('GATI_TELEMETRY', 'off');
  await start();
  await ask(dev, '/orders/7');
  expect(await read('overview')).toMatchObject({
    app: { isRecorded: false, routes: 1 },
    total: { count: 0 },
  });
});

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
    'error request',
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
  const { settings } = await read('config');
  for (const { name, value, unset } of settings)
    expect([name, value || unset]).toEqual([name, expect.stringMatching(/./)]);
  expect(settings).toContainEqual(
    expect.objectContaining({
      name: 'GATI_TELEMETRY',
      value: 'sqlite:.gati/telemetry.db',
      source: 'default',
    }),
  );
});

test('the health lists the diagnostics of the sources until they are corrected', async () => {
  await start();
  const checks = async (): Promise<any> => (await read('health')).checks; // oxlint-disable-line typescript/no-explicit-any -- tests look into what came
  await eventually(async () => expect(await checks()).toEqual({ items: [], count: 0 }));
  await app.write(
    'src/handlers/orders/get.ts',
    HANDLER.replace("'GET /orders/:id'", "'FETCH /orders'"),
  );
  await eventually(async () =>
    expect(await checks()).toMatchObject({
      items: [{ level: 'bad', place: expect.stringContaining('src/handlers/orders/get.ts') }],
      count: 1,
    }),
  );
  await app.write('src/handlers/orders/get.ts', HANDLER);
  await eventually(async () => expect(await checks()).toMatchObject({ count: 0 }));
});

test('requests have spans, and runs are linked to the request that enqueued them', async () => {
  app = await createTestApp({
    'package.json': '{"name":"shop","version":"1.2.0"}',
    'src/modules/prices.ts': 'export const double = (n: number) => n * 2;',
    'src/effects/mail.ts': `export async function run(payload: { to: string }, ectx: EffectContext): Promise<void> {
  await ectx.step('send', () => payload.to);
}
`,
    'src/handlers/orders/create.ts': `export const route = 'POST /orders';
export const handler: Handler<typeof route> = async (_req, _res, gctx) => {
  await gctx.storage.setItem('last', 7);
  await gctx.effects.enqueue('mail', { to: 'ada' });
  return gctx.modules.prices.double(2);
};
`,
  });
  vi.stubEnv('GATI_EFFECTS', 'memory:');
  dev = await startDev(app.root, {});
  expect((await ask(dev, '/orders', { method: 'POST' })).body).toBe(4);
  const names = async (): Promise<string[]> => {
    const [item] = (await read('traces')).items;
    const { spans } = await read(`traces/${item?.traceId}`);
    return (spans ?? []).map(({ name }: { name: string }) => name);
  };
  await eventually(async () =>
    expect(await names()).toEqual([
      'handler',
      'storage setItem',
      'send mail',
      'prices.double',
      'process mail',
      'step send',
    ]),
  );
  const { items } = await read('logs?text=run');
  const line = items.find(({ message }: { message: string }) => message === 'run');
  const ofRun = await read(`traces/${line.traceId}`);
  expect(ofRun).toMatchObject({
    runs: [{ effect: 'mail', outcome: 'completed' }],
    cause: { method: 'POST', path: '/orders' },
  });
  expect(await read('logs?text=prices')).toMatchObject({
    items: [{ message: 'module', fields: { module: 'prices' } }],
  });
  // The store outlives the server.
  await dev.close();
  dev = await startDev(app.root, {});
  expect((await read('traces')).items).toHaveLength(1);
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
    app: { notRecorded: 'GATI_TELEMETRY is off.', routes: 1 },
    total: { count: 0 },
  });
});

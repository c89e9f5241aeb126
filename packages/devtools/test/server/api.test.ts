import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTelemetryStore, type TelemetryStore } from '@gati/runtime-h3/collector';
import { type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { logRecord, NOW, requestRecord } from '../helpers/records.ts';

let store: TelemetryStore;
let panel: PanelServer;
const failed = requestRecord({ status: 500, us: 9000, path: '/orders/broken' });

beforeAll(async () => {
  store = openTelemetryStore('memory:');
  panel = await startPanel(store);
  store.write({
    requests: [
      ...Array.from({ length: 8 }, () => requestRecord()),
      requestRecord({ status: 404, route: '', path: '/nowhere' }),
      failed,
    ],
    spans: [],
    logs: [
      logRecord({ message: 'started' }),
      logRecord({
        level: 'error',
        message: 'a request failed',
        traceId: failed.traceId,
        route: 'GET /orders/:id',
        fields: {
          error: {
            name: 'TypeError',
            message: 'no such order',
            stack: 'TypeError: no such order\n    at handler (/app/src/handlers/orders/get.ts:7:9)',
          },
        },
      }),
    ],
  });
});
afterAll(() => panel.close());

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
const read = async (path: string): Promise<any> => {
  const { status, headers, text } = await panel.get(`/_control/api/${path}`);
  expect(headers['cache-control']).toBe('no-store');
  return { status, type: headers['content-type'], ...JSON.parse(text) };
};

test('the overview has the app, its traffic, its busiest routes and its errors', async () => {
  const body = await read('overview');
  expect(body).toMatchObject({
    type: 'application/json',
    app: { name: 'shop', version: '1.0.0', routes: 1, effects: 0 },
    total: { count: 10, rejected: 1, failed: 1 },
    errors: [
      {
        type: 'TypeError',
        message: 'no such order',
        place: 'src/handlers/orders/get.ts:7',
        count: 1,
        routes: ['GET /orders/:id'],
        lastTraceId: failed.traceId,
      },
    ],
  });
  expect(body.busiest[0]).toMatchObject({ method: 'GET', route: '/orders/:id', count: 9 });
  expect(body.series.reduce((sum: number, point: { count: number }) => sum + point.count, 0)).toBe(
    10,
  );
});

test('the overview counts muted and resolved errors, and does not list them', async () => {
  const [{ id }] = (await read('overview')).errors;
  await store.decide({ id, state: 'muted', by: 'Ada' });
  expect(await read('overview')).toMatchObject({ errors: [], decided: 1 });
  await store.decide({ id, state: 'open', by: 'Ada' });
  expect(await read('overview')).toMatchObject({ errors: [{ id }], decided: 0 });
});

test('the routes have their traffic, and a reference with types and examples', async () => {
  const { routes } = await read('routes');
  expect(routes).toEqual([
    expect.objectContaining({
      path: '/api/orders/:id',
      summary: 'Returns an order.',
      red: expect.objectContaining({ count: 9, failed: 1 }),
    }),
  ]);
  const detail = await read('routes?id=GET%20/orders/:id');
  expect(detail).toMatchObject({
    isAnalyzed: true,
    params: { example: { id: 'text' } },
    responses: [
      {
        status: 200,
        shape: {
          type: 'Order',
          example: { id: '0191e0a4-7c5e-7000-8000-000000000000', total: 1 },
        },
      },
    ].map((each) => ({ ...each, status: '200' })),
  });
  expect(detail.definitions).toContain('interface Order');
  expect((await read('routes?id=GET%20/none')).code).toBe('not_found');
});

test('the traces are filtered and paged, and each has its log lines', async () => {
  expect((await read('traces?status=5xx')).items).toEqual([failed]);
  expect((await read('traces?path=nowhere')).items).toHaveLength(1);
  expect((await read('traces?minUs=9000')).items).toEqual([failed]);
  const first = await read('traces?limit=6');
  const second = await read(`traces?limit=6&cursor=${first.next}`);
  expect([first.items.length, second.items.length, second.next]).toEqual([6, 4, undefined]);
  const trace = await read(`traces/${failed.traceId}`);
  expect(trace.requests).toEqual([failed]);
  const messages = trace.logs.map(({ message }: { message: string }) => message);
  expect(messages).toEqual(['a request failed', 'request']);
  expect(await read(`traces/${'0'.repeat(32)}`)).toMatchObject({ status: 404, code: 'not_found' });
});

test('the logs are filtered, and counted by level', async () => {
  expect((await read('logs?level=error')).items).toHaveLength(2);
  expect((await read('logs?text=NO%20SUCH')).items).toHaveLength(1);
  expect((await read(`logs?traceId=${failed.traceId}`)).items).toHaveLength(2);
  expect((await read('logs?text=/orders/broken')).items).toMatchObject([
    { message: 'request', level: 'error', fields: { status: 500 } },
  ]);
  const { points } = await read('logs/volume');
  expect(points).toEqual([{ time: expect.any(Number), counts: { info: 10, error: 2 } }]);
});

test('the metrics have quantiles within a bucket of the durations', async () => {
  const { routes, total } = await read('metrics?route=/orders/:id');
  expect(routes).toHaveLength(1);
  expect(total.p50).toBeGreaterThanOrEqual(512);
  expect(total.p50).toBeLessThanOrEqual(1024);
  expect(total.p99).toBeGreaterThan(8192);
});

describe('CVE-2026-21722: the server bounds what a query reads, by closed schemas', () => {
  test.each([
    ['traces?colour=red', 'unknown_parameter'],
    ['overview?limit=5', 'unknown_parameter'],
    ['traces?__proto__=1', 'unknown_parameter'],
    ['traces?limit=0', 'invalid_parameter'],
    ['traces?limit=1001', 'invalid_parameter'],
    ['traces?limit=1e3', 'invalid_parameter'],
    ['traces?limit=5&limit=6', 'invalid_parameter'],
    ['traces?status=99', 'invalid_parameter'],
    ['traces?status=6xx', 'invalid_parameter'],
    ['traces?method=get', 'invalid_parameter'],
    ['traces?from=-1', 'invalid_parameter'],
    ['logs?level=fatal', 'invalid_parameter'],
    ['logs?traceId=xyz', 'invalid_parameter'],
    [`logs?text=${'x'.repeat(501)}`, 'invalid_parameter'],
    ['logs?text=', 'invalid_parameter'],
    [`traces?from=${NOW}&to=${NOW}`, 'invalid_range'],
    [`metrics?from=0&to=${NOW}`, 'invalid_range'],
    ['metrics?step=999', 'invalid_parameter'],
    ['logs/tail?from=1', 'unknown_parameter'],
  ])('responds 400 to %s with the code %s', async (path, code) => {
    expect(await read(path)).toMatchObject({ status: 400, code, type: expect.anything() });
  });

  test('names the parameters that are unknown, and those that are known', async () => {
    expect((await read('errors?a=1&b=2')).detail).toBe(
      'Unknown parameters: "a", "b". Allowed: from, to, limit, cursor.',
    );
  });

  test('never returns more than 500 steps of time', async () => {
    const from = NOW - 30 * 86_400_000;
    const { series } = await read(`metrics?from=${from}&to=${NOW}&step=1000`);
    expect(series.length).toBeLessThanOrEqual(501);
  });
});

test('a source that fails gives 500 without its reason', async () => {
  const broken = await startPanel({
    ...store,
    traces: async () => {
      throw new Error('postgres://user:secret@db');
    },
  });
  const { status, text } = await broken.get('/_control/api/traces');
  expect(status).toBe(500);
  expect(text).not.toContain('secret');
  await broken.close();
});

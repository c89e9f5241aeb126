import { openTelemetryStore } from '@gati/runtime-h3/collector';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RouteFacts } from '../../src/server/index.ts';
import { FACTS, type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { logRecord, requestRecord } from '../helpers/records.ts';

let panel: PanelServer;
const invalid = requestRecord({
  method: 'POST',
  route: '/orders',
  path: '/api/orders',
  status: 400,
});
const unknown = requestRecord({ route: '', path: '/api/orders/7/lines', status: 404 });
const wrongMethod = requestRecord({ method: 'PUT', route: '', path: '/api/orders/7', status: 405 });
const fine = requestRecord();

beforeAll(async () => {
  const store = openTelemetryStore('memory:');
  store.write({
    requests: [invalid, unknown, wrongMethod, fine],
    spans: [],
    logs: [
      logRecord({
        level: 'debug',
        message: 'a request was rejected',
        traceId: invalid.traceId,
        fields: {
          code: 'invalid_request',
          errors: [{ in: 'body', path: '/amount', message: 'must be a number', rule: 'type' }, 7],
        },
      }),
    ],
  });
  const { params: _params, ...contract } = FACTS.routes[0]!.contract!;
  const create: RouteFacts = {
    ...FACTS.routes[0]!,
    id: 'POST /orders',
    method: 'POST',
    path: '/api/orders',
    file: 'src/handlers/orders/create.ts',
    contract: {
      ...contract,
      id: 'POST /orders',
      method: 'POST',
      path: '/orders',
      body: {
        schema: {
          type: 'object' as const,
          properties: { amount: { type: 'integer' as const } },
          required: ['amount'],
        },
        contentTypes: ['application/json'],
        required: true,
      },
    },
  };
  panel = await startPanel(store, { app: () => ({ ...FACTS, routes: [...FACTS.routes, create] }) });
});
afterAll(() => panel.close());

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
const explain = async ({ traceId }: { traceId: string }): Promise<any> =>
  JSON.parse((await panel.get(`/_control/api/explain/${traceId}`)).text);

test('a 400 names its rule, its pointer, the type, and a request that passes', async () => {
  expect(await explain(invalid)).toMatchObject({
    code: 'invalid_request',
    violations: [{ in: 'body', pointer: '/amount', rule: 'type', message: 'must be a number' }],
    expected: [{ part: 'body', example: { amount: 1 } }],
    curl: {
      method: 'POST',
      path: '/api/orders',
      headers: { 'content-type': 'application/json' },
      body: { amount: 1 },
    },
    releases: [],
  });
});

test('a 404 without a route names the nearest ones, and a 405 the methods of the path', async () => {
  expect(await explain(unknown)).toMatchObject({
    reason: 'No route has this path.',
    hints: ['Near: GET /api/orders/:id', 'Near: POST /api/orders'],
  });
  expect(await explain(wrongMethod)).toMatchObject({ hints: ['It has GET /api/orders/:id'] });
});

test('a request that was not rejected has no explanation', async () => {
  expect(await explain(fine)).toMatchObject({ status: 404, code: 'not_found' });
  expect(await explain({ traceId: 'x' })).toMatchObject({ status: 404 });
});

import type { Diagnostic } from '@gati/contract';
import type { Setting, SpanRecord } from '@gati/runtime-h3/telemetry';
import { describeSettings } from '@gati/runtime-h3/internal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTelemetryStore } from '@gati/runtime-h3/collector';
import type { AppFacts } from '../../src/server/index.ts';
import { FACTS, type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { logRecord, NOW, requestRecord } from '../helpers/records.ts';

let panel: PanelServer;
let bare: PanelServer;

const request = requestRecord({ method: 'GET', route: '/orders/:id' });
const run = logRecord({
  message: 'run',
  traceId: 'f'.repeat(32),
  spanId: 'f'.repeat(16),
  version: '1.0.0',
  fields: {
    effect: 'mail',
    job: 'j1',
    attempt: 1,
    outcome: 'dead',
    us: 1000,
    enqueuedBy: { traceId: request.traceId, spanId: 'e'.repeat(16) },
  },
});
let last = 0;
const span = (given: Partial<SpanRecord>): SpanRecord => ({
  traceId: request.traceId,
  spanId: (++last).toString(16).padStart(16, 'a'),
  parentId: request.spanId,
  name: 'part',
  kind: 'internal',
  start: NOW - 500,
  us: 100,
  attributes: {},
  ...given,
});

beforeAll(async () => {
  const store = openTelemetryStore('memory:');
  const handler = span({ name: 'handler' });
  const module = span({
    parentId: handler.spanId,
    us: 300,
    attributes: { 'gati.module': 'ledger', 'gati.method': 'read' },
  });
  store.write({
    requests: [request],
    spans: [
      handler,
      module,
      span({ parentId: module.spanId, attributes: { 'db.system.name': 'sqlite' }, error: '500' }),
      span({ parentId: handler.spanId, kind: 'producer', attributes: { 'gati.effect': 'mail' } }),
      span({ kind: 'client', attributes: { 'server.address': 'pay.example' } }),
      // The request to the process of a module is not a call of a host.
      span({ parentId: module.spanId, kind: 'client', attributes: { 'server.address': 'module' } }),
    ],
    logs: [run],
  });
  const facts: AppFacts = {
    ...FACTS,
    modules: [
      { name: 'ledger', file: 'src/modules/ledger.ts' },
      { name: 'idle', file: 'src/modules/idle.ts' },
      {
        name: 'scorer',
        file: 'gati.config.ts',
        source: 'exec:./scorer',
        version: '1.2.0',
        methods: [
          {
            name: 'score',
            input: { $ref: '#/$defs/Order' },
            output: { type: 'number' },
            idempotent: true,
          },
        ],
      },
    ],
    effects: [{ name: 'mail', file: 'src/effects/mail.ts' }],
  };
  panel = await startPanel(store, {
    app: () => facts,
    ports: {
      modules: {
        list: async () => [
          {
            name: 'scorer',
            source: 'exec:./scorer',
            version: '1.2.0',
            level: 'L2',
            grants: { network: true, env: ['REGION'], files: true },
            health: 'ok',
          },
        ],
        swap: async (name) => ({ name, version: '1.3.0' }),
      },
      operator: {
        measure: async () => ({
          processes: [
            {
              kind: 'http',
              pid: 7,
              start: 1,
              cpu: 2,
              memory: 3,
              heap: 4,
              loopUsed: 0.5,
              loopDelay: 0.01,
            },
          ],
          crashes: { blocked: 1 },
          inflight: 2,
        }),
        health: async () => ({ ledger: '', idle: 'no connection' }),
        settings: async () =>
          describeSettings({
            env: {
              GATI_EFFECTS: 'postgres://app:canary-secret@db/queue',
              GATI_TOKEN: 'canary-secret',
              PORT: '8080',
              HOME: '/root',
            },
            shell: { PORT: '8080' },
            defaults: { HOST: '127.0.0.1', PORT: 3000, GATI_LOG_LEVEL: 'info' },
          }),
      },
    },
  });
  bare = await startPanel(store);
});
afterAll(async () => {
  await panel.close();
  await bare.close();
});

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
const read = async (path: string, from = panel): Promise<any> =>
  JSON.parse((await from.get(`/_control/api/${path}`)).text);

test('the topology leads from the clients to the database, the hosts and the effects', async () => {
  const { edges, nodes, sample } = await read('topology');
  expect(sample).toBe(2);
  expect(nodes.map(({ id }: { id: string }) => id)).toEqual([
    'client',
    'module:ledger',
    'module:idle',
    'module:scorer',
    'queue',
    'effect:mail',
    'domain:orders',
    'handler:GET /orders/:id',
    'database:sqlite',
    'host:pay.example',
  ]);
  expect(edges).toEqual(
    expect.arrayContaining([
      { from: 'client', to: 'domain:orders', count: 1, failed: 0, isSampled: false },
      {
        from: 'handler:GET /orders/:id',
        to: 'module:ledger',
        count: 1,
        failed: 0,
        isSampled: true,
      },
      { from: 'module:ledger', to: 'database:sqlite', count: 1, failed: 1, isSampled: true },
      { from: 'handler:GET /orders/:id', to: 'queue', count: 1, failed: 0, isSampled: true },
      {
        from: 'handler:GET /orders/:id',
        to: 'host:pay.example',
        count: 1,
        failed: 0,
        isSampled: true,
      },
      { from: 'queue', to: 'effect:mail', count: 1, failed: 1, isSampled: false },
    ]),
  );
});

test('a module has its health, its calls and its callers', async () => {
  const { modules } = await read('modules');
  expect(modules).toMatchObject([
    {
      name: 'ledger',
      isHealthy: true,
      calls: { count: 1, failed: 0 },
      median: 300,
      callers: ['GET /orders/:id'],
      methods: ['read'],
    },
    { name: 'idle', isHealthy: false, reason: 'no connection', calls: { count: 0 } },
    {
      name: 'scorer',
      isHealthy: true,
      foreign: {
        source: 'exec:./scorer',
        version: '1.2.0',
        level: 'L2',
        grants: { network: true, env: ['REGION'], files: true },
        canSwap: true,
      },
    },
  ]);
  expect(await read('modules/contract?id=scorer')).toEqual({
    name: 'scorer',
    methods: [
      {
        name: 'score',
        idempotent: true,
        isStream: false,
        input: expect.objectContaining({ type: 'Order' }),
        output: expect.objectContaining({ type: 'number' }),
      },
    ],
    definitions: expect.stringContaining('Order'),
  });
  expect(await read('modules/contract?id=ledger')).toMatchObject({ status: 404 });
});

test('the health names the modules that can not serve, and no healthy ones', async () => {
  expect(await read('health')).toEqual({
    items: [
      { level: 'bad', text: "The module idle can't serve: no connection", page: 'modules' },
      { level: 'warn', text: 'Processes were replaced: blocked (1)', page: 'scaling' },
    ],
  });
});

test('the health lists errors of the sources before warnings, up to a maximum number', async () => {
  const found = (level: 'error' | 'warning', at: number): Diagnostic => ({
    code: 'GATI_ROUTE_INVALID',
    level,
    message: `The name ${at} is wrong.`,
    fix: 'Change it.',
    file: 'src/handlers/get.ts',
    line: at,
    frame: 'the source',
  });
  const warnings = Array.from({ length: 30 }, (_, at) => found('warning', at));
  const other = await startPanel(undefined, {
    ports: { diagnostics: () => [...warnings, found('error', 30)] },
  });
  const { checks } = JSON.parse((await other.get('/_control/api/health')).text);
  await other.close();
  expect(checks.count).toBe(31);
  expect(checks.items).toHaveLength(20);
  expect(checks.items.slice(0, 2)).toEqual([
    {
      level: 'bad',
      code: 'GATI_ROUTE_INVALID',
      message: 'The name 30 is wrong.',
      fix: 'Change it.',
      place: 'src/handlers/get.ts:30',
    },
    expect.objectContaining({ level: 'warn', place: 'src/handlers/get.ts:0' }),
  ]);
});

test('settings have their source, and no secret', async () => {
  const { settings } = await read('config');
  expect(JSON.stringify(settings)).not.toContain('canary-secret');
  const start = { when: 'start' };
  expect(settings.filter(({ when }: Setting) => when === 'start')).toMatchObject([
    {
      name: 'GATI_EFFECTS',
      value: expect.stringContaining('@db/queue'),
      source: '.env file',
      ...start,
    },
    { name: 'GATI_TOKEN', value: '[redacted]', source: '.env file', ...start },
    { name: 'HOST', value: '127.0.0.1', source: 'default', summary: 'Address to listen on' },
    { name: 'PORT', value: '8080', source: 'environment', type: 'port' },
  ]);
  expect(settings.find(({ name }: Setting) => name === 'GATI_LOG_LEVEL')).toMatchObject({
    when: 'runtime',
    choices: expect.arrayContaining(['debug']),
  });
});

test('the processes have their memory, their event loop and what was replaced', async () => {
  expect(await read('scaling')).toEqual({
    processes: [
      {
        kind: 'http',
        pid: 7,
        startedAt: 1000,
        cpu: 2,
        memory: 3,
        heap: 4,
        loopUsed: 0.5,
        loopDelay: 10_000,
      },
    ],
    crashes: { blocked: 1 },
    inflight: 2,
  });
  expect(await read('scaling', bare)).toEqual({ crashes: {}, inflight: 0 });
  expect(await read('config', bare)).toEqual({ settings: [], canChange: false });
});

test('a comparison needs two versions', async () => {
  expect(await read('metrics/lens?before=1.0.0&after=1.0.0')).toMatchObject({ status: 400 });
  expect(await read('metrics/lens?before=1.0.0&after=2.0.0')).toMatchObject({
    routes: [{ verdict: 'unsure', before: { count: 1 }, after: { count: 0 } }, {}],
  });
});

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { linkPackages } from '@gati/test-kit/apps';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { eventually, until } from '@gati/test-kit/wait';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { withOtherSources } from '@gati/runtime-h3/collector';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { tinyWasm } from '../../packages/runtime-h3/test/foreign/helpers/tiny-wasm.ts';
import { env, VITE } from '../built/helpers/commands.ts';
import { setUpOwner } from '../panel/helpers/owner.ts';
import { startLoki } from '../servers/loki.ts';
import { startOtelCollector } from '../servers/otelcol.ts';
import { findBinary, type Missing } from '../servers/process.ts';
import { startPrometheus } from '../servers/prometheus.ts';
import { attributesOf, itemsIn } from './helpers/received.ts';

const collector = await startOtelCollector();
const loki = await startLoki();
const promtool = findBinary('promtool');

/** Says why a test is skipped. */
function isMissing(what: string, server: object): server is Missing {
  if (!('reason' in server)) return false;
  console.warn(`SKIPPED, ${what}: ${(server as Missing).reason}`);
  return true;
}

let app: string;
let bank: Server;
let bankUrl: string;
const bankSaw: string[] = [];

beforeAll(async () => {
  app = temporaryFolder('telemetry-app');
  cpSync(path.join(root, 'test/telemetry/fixtures/app'), app, { recursive: true });
  linkPackages(app);
  await runOrThrow(process.execPath, [VITE, 'build'], { cwd: app, env });
  bank = createServer((req, res) => {
    bankSaw.push(String(req.headers['traceparent']));
    res.end('{}');
  }).listen(0, '127.0.0.1');
  await once(bank, 'listening');
  bankUrl = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`;
});
afterEach(stopProcesses);
afterAll(async () => {
  bank.close();
  for (const server of [collector, loki]) if ('stop' in server) await server.stop();
});

const start = (more: Record<string, string>): Promise<ServerProcess> =>
  startBuiltServer(app, {
    PATH: process.env['PATH'],
    GATI_WORKERS: '2',
    BANK_URL: bankUrl,
    GATI_EFFECTS: 'memory:',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    OTEL_BLRP_SCHEDULE_DELAY: '200',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    ...more,
  });

/** A store that has nothing, so that the other sources are read. */
const EMPTY_STORE = {
  traces: async () => ({ items: [] }),
  trace: async () => undefined,
  logs: async () => ({ items: [] }),
  logVolume: async () => [],
  metrics: async () => [],
  callers: async () => [],
  errors: async () => ({ items: [] }),
  oldest: async () => ({}),
};

const MODULES = `import { defineConfig } from 'vite';
import gati from 'vite-plugin-gati';

export default defineConfig({
  plugins: [
    gati({
      modules: {
        scorer: 'exec:./modules/scorer/main.py',
        tiny: 'wasm:./modules/tiny/tiny.wasm',
      },
    }),
  ],
});
`;
const JOURNEY = `export const route = 'POST /journeys';

export type Body = { item: string };

export const handler: Handler<typeof route> = async (req, res, gctx, lctx) => {
  const left = await gctx.modules.stock.take(req.body.item);
  const { score } = await gctx.modules.scorer.score({ text: req.body.item });
  const word = await gctx.modules.tiny.ok();
  await gctx.db.sql\`SELECT 1 AS one\`;
  await fetch(\`\${process.env['BANK_URL']}/charge\`);
  await gctx.effects.enqueue('ship', { item: req.body.item });
  lctx.logger.info('travelled');
  res.status = 201;
  return { left, score, word };
};
`;

/** Ids of spans that lead to a root by their parents. */
function leadTo(root: string, parents: Map<string, string | undefined>): string[] {
  return [...parents.keys()].filter((id) => {
    let at: string | undefined = id;
    for (let depth = 0; at !== root && at !== undefined && depth < 30; depth++)
      at = parents.get(at);
    return at === root;
  });
}

const newTraceId = (): string => crypto.randomUUID().replaceAll('-', '');

/** Sends an order with a trace id that the test chooses, and returns this id. */
async function order({ url }: ServerProcess, item: string): Promise<string> {
  const traceId = newTraceId();
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      connection: 'close',
    },
    body: JSON.stringify({ item }),
  });
  expect(response.status).toBe(201);
  return traceId;
}

describe.skipIf(isMissing('export to the OpenTelemetry Collector', collector))(
  'the OpenTelemetry Collector',
  () => {
    if ('reason' in collector) return;

    test.each(['http/protobuf', 'http/json'])(
      'gets traces with links, logs and metrics with exemplars over %s',
      async (protocol) => {
        const server = await start({
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_RESOURCE_ATTRIBUTES: `deployment.environment.name=test,run=${encodeURIComponent(protocol)}`,
        });
        const traceId = await order(server, 'tea');
        await fetch(`${server.url}/fail`);
        const received = () => itemsIn(collector.received(), { run: protocol });

        const spans = await until('both attempts of the job are there', () => {
          const all = received().spans;
          const runs = all.filter(({ name }) => name === 'process ship');
          return runs.length >= 2 && all.some(({ name }) => name === 'POST /orders') && all;
        });
        const mine = spans.filter((span) => span.traceId === traceId);
        const byName = new Map(mine.map((span) => [span.name, span]));
        expect([...byName.keys()]).toEqual(
          expect.arrayContaining([
            'POST /orders',
            'handler',
            'stock.take',
            'storage setItem',
            'GET',
            'send ship',
          ]),
        );
        const request = byName.get('POST /orders')!;
        expect(request).toMatchObject({ kind: 2, parentSpanId: '00f067aa0ba902b7' });
        expect(attributesOf(request)).toMatchObject({
          'http.request.method': 'POST',
          'http.route': '/orders',
          'http.response.status_code': '201',
        });
        // One tree: each span leads to the request.
        const ids = new Map(mine.map((span) => [span.spanId, span]));
        for (const span of mine) {
          let above = span;
          for (let depth = 0; above !== request && depth < 20; depth++)
            above = ids.get(above.parentSpanId ?? '')!;
          expect(above, span.name).toBe(request);
        }
        // The bank is called inside of it, without the token.
        const call = byName.get('GET')!;
        expect(bankSaw).toContain(`00-${traceId}-${call.spanId}-01`);
        expect(JSON.stringify(spans)).not.toContain('hidden');
        // Runs are traces of their own, linked to the span that enqueued the job.
        const enqueue = byName.get('send ship')!;
        const runs = spans.filter(({ name }) => name === 'process ship');
        for (const run of runs)
          expect(run.links).toEqual([expect.objectContaining({ traceId, spanId: enqueue.spanId })]);
        expect(runs.map((run) => attributesOf(run)['gati.attempt']).toSorted()).toEqual(['1', '2']);
        const failed = runs.find((run) => attributesOf(run)['gati.attempt'] === '1')!;
        expect(failed.status).toMatchObject({ code: 2 });

        const logs = await until('the logs are there', () => {
          const all = received().logs;
          return all.some(({ body }) => body.stringValue === 'shipped') && all;
        });
        const texts = (body: string) => logs.filter((log) => log.body.stringValue === body);
        expect(texts('ordered')).toMatchObject([{ traceId }]);
        expect(texts('request').some((log) => log.traceId === traceId)).toBe(true);
        const [failure] = logs.filter(
          (log) => attributesOf(log)['exception.message'] === 'broken on purpose',
        );
        expect(attributesOf(failure!)).toMatchObject({ 'exception.type': 'TypeError' });
        expect(attributesOf(failure!)['exception.stacktrace']).toContain(
          'src/handlers/fail.get.ts',
        );

        await eventually(() => {
          const [point] = received().points.filter(
            (each) =>
              attributesOf(each)['http.route'] === '/orders' &&
              attributesOf(each)['http.response.status_code'] === '201',
          );
          expect(point).toMatchObject({ count: '1' });
          expect(point!.exemplars).toMatchObject([{ traceId, spanId: request.spanId }]);
        });
        expect(received().resources.at(-1)).toMatchObject({
          'service.name': 'telemetry-app',
          'service.version': '1.4.0',
          'deployment.environment.name': 'test',
        });
      },
    );

    test('gets what was observed while it was away, and no request waits for it', async () => {
      await collector.halt();
      const server = await start({
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_RESOURCE_ATTRIBUTES: 'run=away',
      });
      const traceIds = await Promise.all(['a', 'bb', 'ccc'].map((item) => order(server, item)));
      await server.waitForOutput(/"msg":"telemetry can't be exported"/);
      await collector.restart();
      await until('all traces are there', () => {
        const found = new Set(
          itemsIn(collector.received(), { run: 'away' }).spans.map(({ traceId }) => traceId),
        );
        return traceIds.every((traceId) => found.has(traceId));
      });
      await server.waitForOutput(/"msg":"telemetry is exported again"/);
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      expect(metrics).not.toContain('gati_telemetry_dropped_total{');
    });
  },
);

describe.skipIf(isMissing('export to Loki', loki))('Loki', () => {
  if ('reason' in loki) return;

  test('gets the log with few labels, and is searched by trace id', async () => {
    const server = await start({
      GATI_LOKI_URL: loki.url,
      OTEL_SERVICE_NAME: 'loki-app',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    const traceId = await order(server, 'tea');
    interface Stream {
      stream: Record<string, string>;
      values: [string, string][];
    }
    const query = async (logql: string): Promise<Stream[]> => {
      const search = new URLSearchParams({ query: logql });
      const response = await fetch(`${loki.url}/loki/api/v1/query_range?${search}`);
      return ((await response.json()) as { data: { result: Stream[] } }).data.result;
    };
    const streams = await until('Loki has both lines', async () => {
      const found = await query(`{service_name="loki-app"} | trace_id="${traceId}"`);
      return found.flatMap(({ values }) => values).length >= 2 && found;
    });
    const lines = streams.flatMap(({ values }) => values.map(([, line]) => line));
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(
      expect.arrayContaining(['request', 'ordered']),
    );
    expect(streams[0]!.stream).toMatchObject({
      deployment_environment: 'test',
      level: 'info',
      release: '1.4.0',
    });
    const labels = (await (await fetch(`${loki.url}/loki/api/v1/labels`)).json()) as {
      data: string[];
    };
    expect(labels.data.toSorted()).toEqual(['deployment_environment', 'level', 'service_name']);

    const source = withOtherSources(EMPTY_STORE, { GATI_LOKI_URL: loki.url }, 'loki-app');
    const range = { from: Date.now() - 600_000, to: Date.now() + 60_000 };
    const { items } = await source.logs({ ...range, traceId, limit: 100 });
    expect(items).toHaveLength(lines.length);
    expect(items.find(({ message }) => message === 'ordered')).toMatchObject({
      level: 'info',
      traceId,
    });
    expect(items.find(({ message }) => message === 'request')).toMatchObject({
      route: 'POST /orders',
      version: '1.4.0',
    });
    const pages: string[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const cursor: { cursor?: string } = next === '' ? {} : { cursor: next };
      const page = await source.logs({ ...range, traceId, limit: 1, ...cursor });
      pages.push(...page.items.map(({ message }) => message));
      next = page.next;
    }
    expect(pages).toEqual(items.map(({ message }) => message));
    const found = await source.logs({ ...range, traceId, text: 'ORDERED', limit: 10 });
    expect(found.items.map(({ message }) => message)).toEqual(['ordered']);
    const requests = await source.logs({
      ...range,
      route: 'POST /orders',
      version: '1.4.0',
      limit: 10,
    });
    expect(requests.items.map(({ message }) => message)).toContain('request');
    const hostile = await source.logs({ ...range, text: '"} or {a="', version: '}"', limit: 10 });
    expect(hostile.items).toEqual([]);
    const volume = await source.logVolume({ ...range, traceId, step: 60_000 });
    const counted = volume.reduce((sum, { counts }) => sum + (counts.info ?? 0), 0);
    expect(counted).toBe(items.length);
  });
});

describe('Prometheus', () => {
  test.skipIf(!promtool)('accepts /metrics without a remark', async () => {
    const server = await start({ GATI_ADMIN_PORT: '0', GATI_TELEMETRY: 'memory:' });
    await order(server, 'tea');
    const [, admin] = await server.waitForOutput(/admin port is open.*?"url":"([^"]+)"/);
    // The collector starts after the first worker.
    const text = await until('the collector is measured', async () => {
      const found = await (await fetch(`${admin}/metrics`)).text();
      return found.includes('process="collector"') && found;
    });
    expect(execFileSync(promtool!, ['check', 'metrics'], { input: text }).toString()).toBe('');
  });

  test('scrapes every route, and leads from a bucket to a trace', async () => {
    const server = await start({ GATI_TELEMETRY: 'memory:' });
    const prometheus = await startPrometheus(new URL(server.url).host);
    if (isMissing('scrapes by Prometheus', prometheus)) return;
    const traceId = await order(server, 'tea');
    const ask = async <T>(api: string, query: string): Promise<T> => {
      const search = new URLSearchParams({
        query,
        start: String(Date.now() / 1000 - 600),
        end: String(Date.now() / 1000 + 60),
      });
      const response = await fetch(`${prometheus.url}/api/v1/${api}?${search}`);
      return ((await response.json()) as { data: T }).data;
    };
    const labels = 'http_route="/orders",http_response_status_code="201",version="1.4.0"';
    await until('Prometheus has the exemplar', async () => {
      const found = await ask<{ exemplars: { labels: Record<string, string> }[] }[]>(
        'query_exemplars',
        `http_server_request_duration_seconds_bucket{${labels}}`,
      );
      return found
        .flatMap(({ exemplars }) => exemplars)
        .some((exemplar) => exemplar.labels['trace_id'] === traceId);
    });
    interface Result {
      result: { metric: Record<string, string>; value: [number, string] }[];
    }
    const routes = await ask<Result>('query', 'gati_route_info');
    expect(routes.result.map(({ metric }) => metric['http_route']).toSorted()).toEqual([
      '/fail',
      '/orders',
    ]);
    const count = await ask<Result>(
      'query',
      `http_server_request_duration_seconds_count{${labels}}`,
    );
    expect(count.result.map(({ value }) => value[1])).toEqual(['1']);
    const source = withOtherSources(
      EMPTY_STORE,
      { GATI_PROMETHEUS_URL: prometheus.url, GATI_PROMETHEUS_LABELS: 'job=gati' },
      'telemetry-app',
    );
    // Prometheus sees an increase from the second sample of a series on.
    await until('Prometheus has an increase of the errors', async () => {
      await fetch(`${server.url}/fail`);
      const now = Date.now();
      const points = await source.metrics({ from: now - 300_000, to: now + 10_000, step: 10_000 });
      const failed = points.filter(({ statusClass }) => statusClass === 5);
      return failed.some(
        ({ route, count, buckets }) => route === '/fail' && count > 0 && buckets.some(Boolean),
      );
    });
    const now = Date.now();
    const hostile = { from: now - 60_000, to: now, step: 10_000, route: '"} or up{a="' };
    const report = { used: new Set<string>(), notes: new Set<string>() };
    expect(await source.reporting!(report).metrics(hostile)).toEqual([]);
    expect(report).toEqual({ used: new Set(['Prometheus']), notes: new Set() });
    const targets = await fetch(`${prometheus.url}/api/v1/targets`);
    expect(await targets.json()).toMatchObject({
      data: { activeTargets: [{ health: 'up', lastError: '' }] },
    });
    await prometheus.stop();
    await source.reporting!(report).metrics(hostile);
    expect([...report.notes].join()).toMatch(/^Prometheus has no data: it can't be reached/);
  });
});

describe.skipIf(
  isMissing('a request through all languages', collector) ||
    isMissing('a request through all languages', loki) ||
    findBinary('python3') === undefined,
)('a request through TypeScript, Python, WebAssembly, a database and another process', () => {
  if ('reason' in collector || 'reason' in loki) return;

  test('is one tree in the panel, in the collector, and in Loki by its trace id', async () => {
    const folder = temporaryFolder('journey');
    cpSync(path.join(root, 'test/telemetry/fixtures/app'), folder, { recursive: true });
    linkPackages(folder);
    const python = 'modules/scorer/main.py';
    cpSync(path.join(root, 'playground/polyglot', python), path.join(folder, python));
    mkdirSync(path.join(folder, 'modules/tiny'));
    writeFileSync(path.join(folder, 'modules/tiny/tiny.wasm'), tinyWasm());
    writeFileSync(path.join(folder, 'vite.config.ts'), MODULES);
    writeFileSync(path.join(folder, 'src/handlers/journeys.post.ts'), JOURNEY);
    await runOrThrow(process.execPath, [VITE, 'build'], { cwd: folder, env });
    const server = await startBuiltServer(folder, {
      PATH: process.env['PATH'],
      GATI_WORKERS: '1',
      GATI_PANEL: 'on',
      GATI_EFFECTS: `sqlite:${folder}/effects.db`,
      GATI_DATABASE: `sqlite:${folder}/data.db`,
      BANK_URL: bankUrl,
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BLRP_SCHEDULE_DELAY: '200',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_RESOURCE_ATTRIBUTES: 'run=journey',
      OTEL_SERVICE_NAME: 'journey-app',
      GATI_LOKI_URL: loki.url,
    });
    const owner = await setUpOwner(server);
    const traceId = newTraceId();
    const response = await fetch(`${server.url}/journeys`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      },
      body: JSON.stringify({ item: 'tea' }),
    });
    expect([response.status, await response.json()]).toEqual([
      201,
      { left: 3, score: 0.03, word: 'ok' },
    ]);
    const PARTS = [
      'handler',
      'stock.take',
      'scorer.score',
      'tiny.ok',
      'SELECT',
      'GET',
      'send ship',
    ];

    interface Part {
      spanId: string;
      parentId?: string;
      name: string;
      pid: number;
      attempt: number;
      enqueuedBy?: { spanId: string };
    }
    type Detail = Record<'requests' | 'spans' | 'runs', Part[]>;
    const detail = await until('the panel has both attempts', async () => {
      const { body } = await owner.get(`traces/${traceId}`);
      const found = body as Detail;
      return found.runs?.length === 2 && found.requests.length === 1 && found;
    });
    const { requests, spans, runs } = detail;
    const [request] = requests as [Part];
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(PARTS));
    const parents = new Map<string, string | undefined>([
      ...spans.map(({ spanId, parentId }): [string, string | undefined] => [spanId, parentId]),
      ...runs.map(({ spanId, enqueuedBy }): [string, string | undefined] => [
        spanId,
        enqueuedBy?.spanId,
      ]),
    ]);
    // A run that is kept has a span of the same id.
    expect(leadTo(request.spanId, parents)).toEqual([...parents.keys()]);
    expect(runs.map(({ attempt }) => attempt).toSorted()).toEqual([1, 2]);
    expect(runs.map(({ pid }) => pid)).not.toContain(request.pid);

    const received = await until('the collector has the request and both attempts', () => {
      const all = itemsIn(collector.received(), { run: 'journey' }).spans;
      const isThere = all.some(({ name }) => name === 'POST /journeys');
      return isThere && all.filter(({ name }) => name === 'process ship').length === 2 && all;
    });
    const mine = received.filter((span) => span.traceId === traceId);
    expect(mine.map(({ name }) => name)).toEqual(expect.arrayContaining(PARTS));
    const links = new Map(
      received.map((span) => [span.spanId, span.links?.[0]?.spanId ?? span.parentSpanId]),
    );
    expect(leadTo(request.spanId, links)).toEqual(
      expect.arrayContaining(received.map(({ spanId }) => spanId)),
    );

    const search = new URLSearchParams({
      query: `{service_name="journey-app"} | trace_id="${traceId}"`,
    });
    await until('Loki has both lines', async () => {
      const found = await fetch(`${loki.url}/loki/api/v1/query_range?${search}`);
      const text = await found.text();
      return text.includes('travelled') && text.includes('/journeys');
    });
  });
});

import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { eventually } from '@gati/test-kit/wait';
import protobuf from 'protobufjs';
import { afterEach, describe, expect, test } from 'vitest';
import { createExporter, type Exporter } from '../../../src/collector/export/exporter.ts';
import { createSender } from '../../../src/collector/export/sender.ts';
import { readExportSettings } from '../../../src/collector/export/settings.ts';
import type { TelemetryBatch } from '../../../src/types/telemetry.ts';
import { createRouteTotals } from '../../../src/collector/route-totals.ts';
import type { RouteMetric } from '../../../src/telemetry/record/route-stats.ts';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A target that answers with the given statuses in turn, then with 200. */
async function startTarget(
  statuses: number[] = [],
  answer: string | Buffer = '',
): Promise<{ url: string; received: Received[]; server: Server }> {
  const received: Received[] = [];
  const server = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    received.push({
      path: req.url!,
      headers: req.headers,
      body:
        req.headers['content-encoding'] === 'gzip'
          ? gunzipSync(Buffer.concat(parts))
          : Buffer.concat(parts),
    });
    res.writeHead(statuses.shift() ?? 200).end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, server };
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const ROOT = 'b7ad6b7169203331';

const BATCH: TelemetryBatch = {
  requests: [
    {
      traceId: TRACE,
      spanId: ROOT,
      parentId: '00f067aa0ba902b7',
      time: 1_764_000_000_123,
      us: 2500,
      method: 'POST',
      route: '/orders/:id',
      path: '/orders/7',
      version: '1.2.0',
      status: 503,
      pid: 42,
      sampled: true,
    },
    {
      traceId: '1af7651916cd43dd8448eb211c80319c',
      spanId: 'c7ad6b7169203331',
      time: 1_764_000_000_124,
      us: 10,
      method: 'BREW',
      route: '',
      path: '/nope',
      version: '',
      status: 404,
      pid: 42,
    },
  ],
  spans: [
    {
      traceId: TRACE,
      spanId: 'd7ad6b7169203331',
      parentId: ROOT,
      name: 'POST',
      kind: 'client',
      start: 1_764_000_000_121.25,
      us: 1250,
      error: '503',
      attributes: {
        'server.address': 'bank.example',
        'gati.attempt': 2,
        'gati.ok': false,
        ratio: 0.5,
      },
      links: [{ traceId: '2af7651916cd43dd8448eb211c80319c', spanId: 'e7ad6b7169203331' }],
    },
  ],
  logs: [
    {
      time: 1_764_000_000_122.5,
      level: 'error',
      message: 'the bank is closed — “later”',
      traceId: TRACE,
      spanId: ROOT,
      route: '/orders/:id',
      version: '1.2.0',
      pid: 42,
      fields: {
        error: { name: 'TypeError', message: 'closed', stack: 'TypeError: closed\n at pay' },
        order: { id: 7 },
      },
    },
  ],
};

/** Values around the sizes at which lengths and integers take more bytes. */
const ODD_LOG: TelemetryBatch['logs'][number] = {
  time: 1_764_000_000_122.5,
  level: 'info',
  message: '',
  pid: 42,
  fields: {
    ...Object.fromEntries(
      [1, 41, 42, 43, 127, 128, 16_383, 16_384, 70_000].flatMap((length) => [
        [`a${length}`, 'a'.repeat(length)],
        [`é${length}`, 'é'.repeat(length)],
        [`😀${length}`, '😀'.repeat(length)],
      ]),
    ),
    negative: -5,
    most: Number.MAX_SAFE_INTEGER,
    least: Number.MIN_SAFE_INTEGER,
    huge: 1e300,
    half: -0.5,
  },
};

const ROUTE: RouteMetric = {
  method: 'GET',
  route: '/orders',
  version: '1.2.0',
  status: '200',
  count: 6,
  sum: 2_000_000,
  // One below 1 µs, two of 64 to 128 µs, two of about 1 s, one above all bounds.
  buckets: Array.from({ length: 32 }, (_, power) => ({ 0: 1, 7: 2, 20: 2, 31: 1 })[power] ?? 0),
  exemplars: [{ us: 100, time: 1_764_000_000_123, traceId: TRACE, spanId: ROOT }],
};

function startExporter(
  env: Record<string, string>,
  routes: RouteMetric[] = [ROUTE],
): {
  exporter: Exporter;
  drops: [string, string, number, string][];
  states: (string | undefined)[];
} {
  const drops: [string, string, number, string][] = [];
  const states: (string | undefined)[] = [];
  const exporter = createExporter({
    settings: readExportSettings({
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_BLRP_SCHEDULE_DELAY: '20',
      OTEL_METRIC_EXPORT_INTERVAL: '20',
      ...env,
    }),
    resource: { name: 'shop', instance: 'i-1' },
    metrics: () => ({ routes, start: 1_764_000_000_000 }),
    onDrop: (...drop) => void drops.push(drop),
    onState: (_target, problem) => void states.push(problem),
  });
  cleanups.push(() => exporter.close(0));
  return { exporter, drops, states };
}

const of = (received: Received[], path: string): Received[] =>
  received.filter((each) => each.path === path);

/** Decodes by the message definitions of the OpenTelemetry project. */
async function decode(signal: string, body: Buffer): Promise<object> {
  const root = new protobuf.Root();
  const folder = fileURLToPath(new URL('otlp-proto/', import.meta.url));
  root.resolvePath = (_origin, target) => `${folder}${target}`;
  const lower = signal.toLowerCase();
  await root.load(`opentelemetry/proto/collector/${lower}/v1/${lower}_service.proto`);
  const type = root.lookupType(
    `opentelemetry.proto.collector.${lower}.v1.Export${signal}ServiceRequest`,
  );
  const object = type.toObject(type.decode(body), { longs: String, bytes: String });
  return object;
}

/** The JSON form of a decoded message: OTLP writes ids in hexadecimal, protobufjs in base64. */
function withHexIds(value: unknown, key = ''): unknown {
  if (typeof value === 'string' && /^(traceId|spanId|parentSpanId)$/.test(key))
    return Buffer.from(value, 'base64').toString('hex');
  if (Array.isArray(value)) return value.map((item) => withHexIds(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withHexIds(item, name)]),
  );
}

describe('the export over OTLP', () => {
  test('sends traces, logs and metrics in JSON, named by the semantic conventions', async () => {
    const { url, received } = await startTarget();
    const { exporter } = startExporter({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20secret',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging',
    });
    exporter.write(BATCH);
    await eventually(() =>
      expect(new Set(received.map(({ path }) => path))).toEqual(
        new Set(['/v1/traces', '/v1/logs', '/v1/metrics']),
      ),
    );
    const [traces] = of(received, '/v1/traces');
    expect(traces!.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
    });
    const parsed = JSON.parse(traces!.body.toString()) as {
      resourceSpans: [{ resource: unknown; scopeSpans: [{ spans: Record<string, unknown>[] }] }];
    };
    expect(parsed.resourceSpans[0].resource).toEqual({
      attributes: expect.arrayContaining([
        { key: 'service.name', value: { stringValue: 'shop' } },
        { key: 'service.version', value: { stringValue: '1.2.0' } },
        { key: 'deployment.environment.name', value: { stringValue: 'staging' } },
      ]),
    });
    // The request that is not sampled is no span.
    expect(parsed.resourceSpans[0].scopeSpans[0].spans).toMatchObject([
      {
        traceId: TRACE,
        spanId: ROOT,
        parentSpanId: '00f067aa0ba902b7',
        name: 'POST /orders/:id',
        kind: 2,
        startTimeUnixNano: '1764000000120500000',
        endTimeUnixNano: '1764000000123000000',
        status: { code: 2 },
      },
      {
        parentSpanId: ROOT,
        kind: 3,
        startTimeUnixNano: '1764000000121250000',
        endTimeUnixNano: '1764000000122500000',
      },
    ]);
    const logs = JSON.parse(of(received, '/v1/logs')[0]!.body.toString()) as {
      resourceLogs: [{ scopeLogs: [{ logRecords: { body: unknown; attributes: unknown }[] }] }];
    };
    const { logRecords } = logs.resourceLogs[0].scopeLogs[0];
    // Every request is in the log, sampled or not.
    expect(logRecords.map(({ body }) => body)).toEqual([
      { stringValue: 'request' },
      { stringValue: 'request' },
      { stringValue: 'the bank is closed — “later”' },
    ]);
    expect(logRecords[2]!.attributes).toEqual(
      expect.arrayContaining([
        { key: 'exception.type', value: { stringValue: 'TypeError' } },
        { key: 'exception.stacktrace', value: { stringValue: 'TypeError: closed\n at pay' } },
        { key: 'order', value: { stringValue: '{"id":7}' } },
      ]),
    );
  });

  test('sends the same in protobuf as in JSON', async () => {
    const { url, received } = await startTarget();
    for (const protocol of ['http/json', 'http/protobuf']) {
      const { exporter } = startExporter({
        OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/${protocol}/`,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      });
      exporter.write(BATCH);
      exporter.write({ requests: [], spans: [], logs: [ODD_LOG] });
    }
    for (const signal of ['Trace', 'Logs', 'Metrics']) {
      const path = signal === 'Trace' ? 'v1/traces' : `v1/${signal.toLowerCase()}`;
      await eventually(() => {
        expect(of(received, `/http/json/${path}`)).not.toHaveLength(0);
        expect(of(received, `/http/protobuf/${path}`)).not.toHaveLength(0);
      });
      const [json] = of(received, `/http/json/${path}`);
      const [binary] = of(received, `/http/protobuf/${path}`);
      expect(binary!.headers['content-type']).toBe('application/x-protobuf');
      const decoded = withHexIds(await decode(signal, binary!.body));
      // The moments of sending differ.
      const plain = (value: unknown): unknown =>
        JSON.parse(
          JSON.stringify(value).replaceAll(
            /"(observedTimeUnixNano|timeUnixNano)":"\d+"/g,
            '"$1":""',
          ),
        );
      expect(plain(decoded)).toEqual(plain(JSON.parse(json!.body.toString())));
    }
  });

  test('puts durations outside of the bounds into the first and the last bucket', async () => {
    const { url, received } = await startTarget();
    startExporter({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${url}/metrics`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    await eventually(() => expect(of(received, '/metrics')).not.toHaveLength(0));
    const text = of(received, '/metrics')[0]!.body.toString();
    const [point] = (
      JSON.parse(text) as {
        resourceMetrics: [
          { scopeMetrics: [{ metrics: [{ histogram: { dataPoints: Record<string, never>[] } }] }] },
        ];
      }
    ).resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints;
    const { bucketCounts, explicitBounds, count } = point as unknown as {
      bucketCounts: string[];
      explicitBounds: number[];
      count: string;
    };
    expect(bucketCounts).toHaveLength(explicitBounds.length + 1);
    expect(bucketCounts[0]).toBe('3');
    expect(bucketCounts.at(-1)).toBe('1');
    // 2^20 µs is the upper bound of the bucket of about 1 s.
    expect(bucketCounts[explicitBounds.indexOf(1.048576)]).toBe('2');
    expect(count).toBe('6');
  });

  test('metrics have exact statuses, and exemplars of requests whose trace is exported', async () => {
    const totals = createRouteTotals(1_764_000_000_000);
    for (const request of BATCH.requests) totals.add(request);
    totals.add({ ...BATCH.requests[0]!, method: 'WS', status: 101 });
    const { url, received } = await startTarget();
    startExporter(
      { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
      totals.metrics(),
    );
    await eventually(() => expect(received).not.toHaveLength(0));
    const { dataPoints } = JSON.parse(received[0]!.body.toString()).resourceMetrics[0]
      .scopeMetrics[0].metrics[0].histogram as {
      dataPoints: { attributes: unknown; exemplars?: unknown }[];
    };
    expect(dataPoints).toMatchObject([
      {
        attributes: expect.arrayContaining([
          { key: 'http.response.status_code', value: { intValue: '503' } },
          { key: 'error.type', value: { stringValue: '503' } },
        ]),
        exemplars: [
          { traceId: TRACE, spanId: ROOT, asDouble: 0.0025, timeUnixNano: '1764000000123000000' },
        ],
      },
      {
        attributes: expect.arrayContaining([
          { key: 'http.request.method', value: { stringValue: '_OTHER' } },
          { key: 'http.response.status_code', value: { intValue: '404' } },
        ]),
      },
      {
        attributes: expect.arrayContaining([
          { key: 'http.request.method', value: { stringValue: 'GET' } },
        ]),
      },
    ]);
    expect(dataPoints[1]!.exemplars).toBeUndefined();
  });

  test.each([
    ['http/json', '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}'],
    ['http/protobuf', Buffer.from([10, 6, 8, 1, 18, 2, 110, 111])],
  ])(
    'counts what a target rejects of a request over %s, and does not send it again',
    async (protocol, body) => {
      const { url, received } = await startTarget([], body);
      const { exporter, drops } = startExporter({
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      });
      exporter.write(BATCH);
      await eventually(() => expect(drops).toEqual([['traces', 'rejected', 1, 'traces: no']]));
      expect(received).toHaveLength(1);
    },
  );

  test.each([
    Buffer.from([10, 255]),
    Buffer.from('{"partialSuccess":7}'),
    Buffer.alloc(70_000, 10),
    Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 255, 255]),
  ])('a response that is no OTLP counts as a success', async (body) => {
    const { url, received } = await startTarget([], body);
    const { exporter, drops } = startExporter({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url });
    exporter.write(BATCH);
    await eventually(() => expect(received).toHaveLength(1));
    await exporter.close(1000);
    expect(drops).toEqual([]);
  });

  test('sends without gzip if OTEL_EXPORTER_OTLP_COMPRESSION is none, also for one signal', async () => {
    const { url, received } = await startTarget();
    const { exporter } = startExporter({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'none',
    });
    exporter.write(BATCH);
    await eventually(() => expect(of(received, '/v1/logs')).not.toHaveLength(0));
    await eventually(() => expect(of(received, '/v1/traces')).not.toHaveLength(0));
    expect(of(received, '/v1/logs')[0]!.headers).not.toHaveProperty('content-encoding');
    expect(of(received, '/v1/traces')[0]!.headers['content-encoding']).toBe('gzip');
  });

  test('tries again when the target is unavailable, and gives up on a request that it rejects', async () => {
    const { url, received } = await startTarget([503, 429, 200, 400]);
    const { exporter, drops, states } = startExporter({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/traces`,
    });
    exporter.write(BATCH);
    await eventually(() => expect(received).toHaveLength(3));
    exporter.write(BATCH);
    await eventually(() =>
      expect(drops).toEqual([['traces', 'rejected', 2, 'traces: status 400']]),
    );
    expect(states).toEqual(['status 503', undefined, 'status 400']);
    expect(received[0]!.body).toEqual(received[2]!.body);
  });

  test.each([
    ['7', 7000],
    [new Date(Date.now() + 3_600_000).toUTCString(), 60_000],
    ['soon', 1000],
    ['-5', 1000],
  ])('waits as long as Retry-After: %s says, a minute at most', async (retryAfter, longest) => {
    const pauses: number[] = [];
    const statuses = [429, 200];
    const sender = createSender({
      url: 'http://127.0.0.1',
      headers: {},
      timeout: 10_000,
      isRetryable: (status) => status === 429,
      onDrop: () => expect.unreachable(),
      onState: () => {},
      fetch: async () =>
        new Response('', { status: statuses.shift()!, headers: { 'retry-after': retryAfter } }),
      pause: async (milliseconds) => void pauses.push(milliseconds),
    });
    sender.send({ body: '', records: 1 });
    await sender.close(1000);
    expect(pauses).toHaveLength(1);
    // Without a usable value, the pause is a random share of a second.
    if (longest > 1000) expect(pauses[0]).toBe(longest);
    else expect(pauses[0]).toBeLessThanOrEqual(longest);
    expect(pauses[0]).toBeGreaterThanOrEqual(500);
  });

  test('drops the oldest requests while the target is unavailable, within bounds', async () => {
    const { url, server } = await startTarget();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const drops: [string, number][] = [];
    const sender = createSender({
      url,
      headers: {},
      timeout: 10_000,
      isRetryable: () => true,
      onDrop: (reason, records) => void drops.push([reason, records]),
      onState: () => {},
    });
    // 64 requests wait, and one is being sent.
    for (let count = 0; count < 70; count++) sender.send({ body: '', records: 10 });
    expect(drops).toEqual(Array.from({ length: 5 }, () => ['queue full', 10]));
    await sender.close(50);
    expect(drops.reduce((sum, [, records]) => sum + records, 0)).toBe(700);
  });

  test('exports nothing if OTEL_SDK_DISABLED is true', async () => {
    const { url, received } = await startTarget();
    const { exporter } = startExporter({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      GATI_LOKI_URL: url,
      OTEL_SDK_DISABLED: 'true',
    });
    exporter.write(BATCH);
    await exporter.close(100);
    expect(received).toEqual([]);
  });
});

// Some versions of Node can't send the body of a 307 again, so a 307 alone would show nothing.
test.each([302, 307])(
  'GHSA-p2w3-6x73-2f6x: an export follows no redirect with the status %s, and shows no response',
  async (status) => {
    const inside = await startTarget();
    const target = createServer((req, res) => {
      req.resume();
      res.writeHead(status, { location: inside.url }).end('canary-secret');
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    cleanups.push(() => target.close());
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
    const { exporter, states, drops } = startExporter({ GATI_LOKI_URL: url });
    exporter.write(BATCH);
    await eventually(() => expect(states.length + inside.received.length).toBeGreaterThan(0));
    await exporter.close(0);
    expect(inside.received).toEqual([]);
    expect(JSON.stringify([states, drops])).not.toContain('canary-secret');
  },
);

describe('the export to Loki', () => {
  test.each([
    ['GATI_LOKI_URL', '/loki/api/v1/push', 'p%40ss', 'p@ss'],
    ['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', '/', '100%', '100%'],
  ])('a password in %s is sent in a header', async (name, path, written, password) => {
    const { url, received } = await startTarget();
    const { exporter, states } = startExporter({
      [name]: url.replace('//', `//me:${written}@`),
    });
    exporter.write(BATCH);
    await exporter.close(5000);
    expect(received[0]).toMatchObject({
      path,
      headers: { authorization: `Basic ${btoa(`me:${password}`)}` },
    });
    expect(states).toEqual([]);
  });

  test('pushes lines with few labels, and ids as structured metadata', async () => {
    const { url, received } = await startTarget();
    const { exporter } = startExporter({ GATI_LOKI_URL: url });
    exporter.write(BATCH);
    await eventually(() => expect(received).toHaveLength(1), 10_000);
    expect(received[0]!.path).toBe('/loki/api/v1/push');
    expect(JSON.parse(received[0]!.body.toString())).toEqual({
      streams: [
        {
          stream: { service_name: 'shop', level: 'error' },
          values: [
            [
              '1764000000123000000',
              '{"msg":"request","method":"POST","status":503,"us":2500,"path":"/orders/7"}',
              {
                trace_id: TRACE,
                span_id: ROOT,
                route: 'POST /orders/:id',
                release: '1.2.0',
                pid: '42',
              },
            ],
            [
              '1764000000122500000',
              expect.stringContaining('"msg":"the bank is closed — “later”"'),
              { trace_id: TRACE, span_id: ROOT, route: '/orders/:id', release: '1.2.0', pid: '42' },
            ],
          ],
        },
        {
          stream: { service_name: 'shop', level: 'info' },
          values: [
            [
              '1764000000124000000',
              '{"msg":"request","method":"BREW","status":404,"us":10,"path":"/nope"}',
              {
                trace_id: '1af7651916cd43dd8448eb211c80319c',
                span_id: 'c7ad6b7169203331',
                pid: '42',
              },
            ],
          ],
        },
      ],
    });
  });
});

import { describe, expect, test } from 'vitest';
import { type BoundedSource, combineSources } from '../../../src/collector/sources/combine.ts';
import { createHttpSource, type HttpSource } from '../../../src/collector/sources/http-source.ts';
import { createLoki } from '../../../src/collector/sources/loki.ts';
import { createPrometheus } from '../../../src/collector/sources/prometheus.ts';
import { quoteValue } from '../../../src/collector/sources/query-text.ts';
import { withOtherSources } from '../../../src/collector/sources/settings.ts';
import type { RoutePoint, SourceReport } from '../../../src/types/telemetry-source.ts';

interface Asked {
  path: string;
  params: Record<string, string>;
}

/** A server that responds with these data in turn. */
function fakeSource(...data: unknown[]): HttpSource & { asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    name: 'Prometheus',
    asked,
    async get(path, params) {
      asked.push({ path, params });
      const next = data[Math.min(asked.length, data.length) - 1];
      if (next instanceof Error) throw next;
      return next;
    },
  };
}

const HOSTILE = '"} or vector(1) or x{a="\n\\`/../\u2028';

describe('CVE-2026-42129: the text of a query', () => {
  test('a value can not end its string', () => {
    expect(quoteValue(HOSTILE)).toBe('"\\"} or vector(1) or x{a=\\"\\n\\\\`/../\u2028"');
    expect(quoteValue('half \ud800 pair')).toBe('"half \ufffd pair"');
  });

  test('filters of metrics are label values, and paths are fixed', async () => {
    const source = fakeSource({ result: [] });
    const query = { from: 0, to: 600_000, step: 60_000, route: HOSTILE, method: 'GET' };
    await createPrometheus(source, { job: 'shop' }).metrics(query);
    const [buckets, sums] = source.asked;
    expect([buckets!.path, sums!.path]).toEqual(['/api/v1/query_range', '/api/v1/query_range']);
    expect(buckets!.params).toMatchObject({ start: '60', end: '600', step: '60' });
    expect(buckets!.params['query']).toBe(
      `sum by (http_request_method, http_route, version, status_class, le) (label_replace(increase(http_server_request_duration_seconds_bucket{job="shop",http_request_method="GET",http_route=${quoteValue(HOSTILE)}}[60000ms]), "status_class", "$1", "http_response_status_code", "(.).*"))`,
    );
  });

  test('one step for a whole range counts nothing outside of it', async () => {
    const source = fakeSource({ result: [] });
    const query = { from: 3_600_000, to: 7_200_000, step: 86_400_000 };
    await createPrometheus(source, {}).metrics(query);
    expect(source.asked[0]!.params).toMatchObject({ start: '7200', end: '7200', step: '3600' });
    expect(source.asked[0]!.params['query']).toContain('[3600000ms]');
  });

  test('filters of the log are label values and a quoted expression', async () => {
    const source = fakeSource({ result: [] });
    const range = { from: 1000, to: 2000, limit: 10 };
    await createLoki(source, 'shop').logs({ ...range, level: 'warn', text: 'a.b"', version: '1' });
    expect(source.asked).toEqual([
      {
        path: '/loki/api/v1/query_range',
        params: {
          query: '{service_name="shop",level=~"warn|error"} |~ "(?i)a\\\\.b\\"" | release="1"',
          start: '1000000000',
          end: '2000000000',
          limit: '10',
          direction: 'backward',
        },
      },
    ]);
  });
});

describe('metrics from Prometheus', () => {
  test('buckets become those of the store, with the same counts and about the same durations', async () => {
    const metric = {
      http_request_method: 'GET',
      http_route: '/a',
      version: '1.0.0',
      status_class: '2',
    };
    const values = (count: string): [number, string][] => [[60, count]];
    const source = fakeSource(
      {
        result: [
          { metric: { ...metric, le: '0.01' }, values: values('90') },
          { metric: { ...metric, le: '0.005' }, values: values('0') },
          { metric: { ...metric, le: '+Inf' }, values: values('100') },
          { metric: { ...metric, le: '10' }, values: values('99') },
        ],
      },
      { result: [{ metric, values: values('0.8') }] },
    );
    const points = await createPrometheus(source, {}).metrics({
      from: 0,
      to: 60_000,
      step: 60_000,
    });
    expect(points).toMatchObject([
      {
        time: 0,
        method: 'GET',
        route: '/a',
        version: '1.0.0',
        statusClass: 2,
        count: 100,
        sum: 800_000,
      },
    ]);
    const { buckets } = points[0]!;
    expect(buckets.reduce((sum, count) => sum + count, 0)).toBeCloseTo(100);
    // 90 are from 5 to 10 ms, one is above 10 s: 2^23 to 2^24 microseconds.
    expect(buckets[13]! + buckets[14]!).toBeGreaterThan(90);
    expect(buckets[24]).toBeGreaterThanOrEqual(1);
  });

  test('a response of another form is an error', async () => {
    for (const data of [null, { result: {} }, { result: [{ metric: {}, values: [['1', 2]] }] }])
      await expect(
        createPrometheus(fakeSource(data), {}).metrics({ from: 0, to: 60_000, step: 60_000 }),
      ).rejects.toThrow('its response is not of its API');
  });
});

describe('the log from Loki', () => {
  const stream = { level: 'error', trace_id: 'ab', route: 'GET /a', release: '1.2.0', pid: '7' };

  test('lines become records, newest first', async () => {
    const source = fakeSource({
      result: [
        { stream, values: [['1500000000', '{"msg":"broken","attempt":2}']] },
        { stream: { level: 'odd' }, values: [['1600000000', 'plain text']] },
      ],
    });
    const page = await createLoki(source, 'shop').logs({ from: 1000, to: 2000, limit: 10 });
    expect(page).toEqual({
      items: [
        { time: 1600, level: 'info', message: 'plain text', pid: 0, fields: {} },
        {
          time: 1500,
          level: 'error',
          message: 'broken',
          traceId: 'ab',
          route: 'GET /a',
          version: '1.2.0',
          pid: 7,
          fields: { attempt: 2 },
        },
      ],
    });
  });

  test('pages lose and repeat no line, also when many have the same time', async () => {
    const times = [9, 8, 8, 8, 8, 8, 7].map((time) => String(time * 1_000_000));
    const source: HttpSource = {
      name: 'Loki',
      async get(_path, { end, limit }) {
        const values = times
          .map((time, index) => [time, String(index)])
          .filter(([time]) => BigInt(time!) < BigInt(end!))
          .slice(0, Number(limit));
        return { result: [{ stream, values }] };
      },
    };
    const loki = createLoki(source, 'shop');
    const read: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 6; page++) {
      const part = await loki.logs({ from: 0, to: 100, limit: 2, ...(cursor && { cursor }) });
      read.push(...part.items.map(({ message }) => message));
      cursor = part.next;
      if (cursor === undefined) break;
    }
    expect(read).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });
});

describe('a page', () => {
  const point = (route: string): RoutePoint => ({
    time: 0,
    method: 'GET',
    route,
    version: '',
    statusClass: 2,
    count: 1,
    sum: 1,
    buckets: [],
  });
  const store = (oldest: number | undefined): BoundedSource => ({
    traces: async () => ({ items: [] }),
    trace: async () => undefined,
    logs: async () => ({ items: [], next: '5' }),
    logVolume: async () => [],
    callers: async () => [],
    errors: async () => ({ items: [] }),
    metrics: async () => [point('/store')],
    oldest: async () => (oldest === undefined ? {} : { metrics: oldest, logs: oldest }),
  });
  const prometheus = { has: () => true, metrics: async () => [point('/prometheus')] };
  const read = async (
    source: ReturnType<typeof combineSources>,
    query = { from: 1000, to: 2000, step: 1000 },
  ): Promise<{ routes: string[]; used: string[]; notes: string[] }> => {
    const report: SourceReport = { used: new Set(), notes: new Set() };
    const points = await source.reporting!(report).metrics(query);
    return {
      routes: points.map(({ route }) => route),
      used: [...report.used],
      notes: [...report.notes],
    };
  };

  test('has the data of the store if the store has all of the range', async () => {
    expect(await read(combineSources(store(1000), { prometheus }))).toEqual({
      routes: ['/store'],
      used: [],
      notes: [],
    });
  });

  test.each([undefined, 1001])(
    'has the data of Prometheus if the store begins at %s',
    async (oldest) => {
      expect(await read(combineSources(store(oldest), { prometheus }))).toEqual({
        routes: ['/prometheus'],
        used: ['Prometheus'],
        notes: [],
      });
    },
  );

  test('has the data of the store and a note if Prometheus does not respond', async () => {
    const metrics = async (): Promise<never> => {
      throw new Error("it can't be reached");
    };
    expect(
      await read(combineSources(store(undefined), { prometheus: { has: () => true, metrics } })),
    ).toEqual({
      routes: ['/store'],
      used: [],
      notes: ["Prometheus has no data: it can't be reached. The page shows what the store has."],
    });
  });

  test('a page of the log continues where the previous one came from', async () => {
    const loki = { logs: async () => ({ items: [], next: 'loki:9.1' }), logVolume: async () => [] };
    const source = combineSources(store(undefined), { loki });
    const range = { from: 1, to: 2, limit: 1 };
    expect((await source.logs(range)).next).toBe('loki:9.1');
    expect((await source.logs({ ...range, cursor: 'loki:9.1' })).next).toBe('loki:9.1');
    expect((await source.logs({ ...range, cursor: '17' })).next).toBe('5');
  });

  test('wrong settings are errors, and without settings the store alone is read', () => {
    const bounded = store(undefined);
    expect(withOtherSources(bounded, {}, 'shop')).toBe(bounded);
    expect(() => withOtherSources(bounded, { GATI_PROMETHEUS_URL: 'ftp://x' }, 'shop')).toThrow(
      'GATI_PROMETHEUS_URL',
    );
    expect(() =>
      withOtherSources(
        bounded,
        { GATI_PROMETHEUS_URL: 'http://x', GATI_PROMETHEUS_LABELS: 'a}=b' },
        'shop',
      ),
    ).toThrow('GATI_PROMETHEUS_LABELS');
  });
});

describe('a server that is read over HTTP', () => {
  const respond =
    (body: string, status = 200) =>
    async (): Promise<Response> =>
      new Response(body, { status });

  test('gets credentials in a header, and is not asked again soon after a failure', async () => {
    const sent: [string, RequestInit][] = [];
    let time = 0;
    let isDown = true;
    const source = createHttpSource({
      name: 'Loki',
      url: 'http://me:p%40ss@loki.test/base/',
      now: () => time,
      fetch: (async (url: string, init: RequestInit) => {
        sent.push([url, init]);
        if (isDown) throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
        return new Response('{"status":"success","data":7}');
      }) as typeof fetch,
    });
    await expect(source.get('/p', { q: 'a b' })).rejects.toThrow(
      "it can't be reached (ECONNREFUSED)",
    );
    isDown = false;
    await expect(source.get('/p', {})).rejects.toThrow('ECONNREFUSED');
    time = 11_000;
    expect(await source.get('/p', {})).toBe(7);
    expect(sent.length).toBe(2);
    expect(sent[0]).toMatchObject([
      'http://loki.test/base/p?q=a+b',
      { redirect: 'error', headers: { authorization: `Basic ${btoa('me:p@ss')}` } },
    ]);
  });

  test.each([
    { body: '{}', status: 502, reason: 'it responded with 502' },
    { body: '<html>', status: 200, reason: 'its response is not JSON' },
    { body: '{"status":"error"}', status: 200, reason: 'its response is not of its API' },
    { body: ' '.repeat(17 * 1024 ** 2), status: 200, reason: 'its response is too long' },
  ])('$reason', async ({ body, status, reason }) => {
    const source = createHttpSource({
      name: 'Loki',
      url: 'http://loki.test',
      fetch: respond(body, status),
    });
    await expect(source.get('/p', {})).rejects.toThrow(reason);
  });
});

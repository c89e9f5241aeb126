import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTelemetryStore } from '../../src/collector/store/open-store.ts';
import { leastStep } from '../../src/telemetry/record/metric-steps.ts';
import { readMetrics } from '../../src/collector/store/read-steps.ts';
import { readTrace, readTraces } from '../../src/collector/store/read-traces.ts';
import { prepareFile } from '../../src/collector/store/schema.ts';
import { createStatements } from '../../src/collector/store/statements.ts';
import { createBatchWriter } from '../../src/collector/store/write-batch.ts';
import { openNative, toFailure } from '../../src/data/native-sqlite.ts';
import { requestToLog } from '../../src/collector/request-to-log.ts';
import type { LogRecord, RequestRecord, TelemetryBatch } from '../../src/types/telemetry.ts';
import type { Page, PageQuery } from '../../src/types/telemetry-source.ts';
import { DAY, lineOfRun, log, request, run, span } from './records.ts';

const folder = temporaryFolder('telemetry-store');
let files = 0;
const path = (): string => join(folder, `${files++}.db`);
const all = { from: 0, to: DAY + 400 * 86_400_000 };
const batch = (more: Partial<TelemetryBatch>): TelemetryBatch => ({
  requests: [],
  spans: [],
  logs: [],
  ...more,
});

async function readAll<Item, Query extends PageQuery>(
  read: (query: Query) => Promise<Page<Item>>,
  query: Query,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | undefined, pages = 0; pages < 1000; pages++) {
    const page = await read(cursor === undefined ? query : { ...query, cursor });
    items.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) return items;
  }
  throw new Error('the pages do not end');
}

test('returns requests, spans and logs as they were written, by trace and after a restart', async () => {
  const file = path();
  const first = request({ parentId: 'ab'.repeat(8), requestId: 'r-1', path: '/ä?q="%_' });
  const { traceId } = first;
  const second = request({ traceId, time: DAY + 5, route: '', status: 404 });
  const spans = [
    span({ traceId }),
    span({
      traceId,
      start: DAY + 1,
      error: '503',
      links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }],
    }),
  ];
  const line = log({
    traceId,
    spanId: first.spanId,
    route: '/orders/{id}',
    version: '1.0.0',
    fields: { amount: 3, deep: { list: [null, 'ü'] } },
  });
  const plain = log({ time: DAY + 1, level: 'warn', message: 'no trace' });
  const store = openTelemetryStore(`sqlite:${file}`);
  store.write(batch({ requests: [first, second, request()], spans, logs: [line, plain] }));
  store.close();
  const again = openTelemetryStore(`sqlite:${file}`);
  expect(await again.trace(traceId)).toEqual({
    traceId,
    requests: [first, second],
    runs: [],
    spans,
    logs: [line, requestToLog(first), requestToLog(second)],
  });
  expect((await again.logs({ ...all, limit: 10, text: 'no trace' })).items).toEqual([plain]);
  expect(await again.trace('e'.repeat(32))).toBeUndefined();
  expect(await again.trace("' OR 1=1 --")).toBeUndefined();
  const late = request({ time: DAY + 1 });
  again.write(batch({ requests: [late] }));
  expect((await again.traces({ ...all, limit: 2 })).items).toEqual([second, late]);
  again.close();
});

test('a trace has the runs that it enqueued, and a run the trace that enqueued it', async () => {
  const store = openTelemetryStore('memory:');
  const order = request();
  const enqueuedBy = { traceId: order.traceId, spanId: 'ab'.repeat(8) };
  const first = run({ time: DAY + 5, outcome: 'retried', enqueuedBy });
  const second = run({ time: DAY + 60_000, attempt: 2, enqueuedBy });
  const other = run({ time: DAY + 6 });
  store.write(batch({ requests: [order], logs: [lineOfRun(first), lineOfRun(other)] }));
  // Later, after the traces of many other requests.
  store.write(batch({ requests: Array.from({ length: 1500 }, () => request({ time: DAY + 9 })) }));
  store.write(batch({ logs: [lineOfRun(second)], spans: [span({ traceId: second.traceId })] }));
  expect(await store.trace(order.traceId)).toEqual({
    traceId: order.traceId,
    requests: [order],
    runs: [first, second],
    spans: [],
    logs: [requestToLog(order)],
  });
  const ofRun = await store.trace(second.traceId);
  expect(ofRun).toMatchObject({ runs: [second], logs: [lineOfRun(second)], requests: [] });
  expect(ofRun?.spans).toHaveLength(1);
  expect((await store.logs({ ...all, limit: 10, text: 'mail' })).items).toEqual(
    [second, other, first].map(lineOfRun),
  );
  const range = { from: DAY, to: DAY + 100_000, step: 100_000 };
  const counts = async (query: object): Promise<unknown> =>
    (await store.metrics({ ...range, ...query })).map(({ method, route, statusClass, count }) => [
      method,
      route,
      statusClass,
      count,
    ]);
  expect(await counts({})).toEqual([['GET', '/orders/{id}', 2, 1501]]);
  expect(await counts({ method: 'RUN' })).toEqual([
    ['RUN', 'mail', 5, 1],
    ['RUN', 'mail', 2, 2],
  ]);
  expect(await store.logVolume(range)).toEqual([{ time: DAY, counts: { info: 1504 } }]);
  store.close();
});

test('a trace with more lines than are read says that it is cut', async () => {
  const store = openTelemetryStore('memory:');
  const { traceId } = request();
  const lines = Array.from({ length: 1100 }, (_, index) => log({ traceId, time: DAY + index }));
  store.write(batch({ logs: lines.slice(0, 900) }));
  expect(await store.trace(traceId)).not.toHaveProperty('isCut');
  store.write(batch({ logs: lines.slice(900) }));
  const trace = await store.trace(traceId);
  expect(trace?.logs).toHaveLength(1000);
  expect(trace?.isCut).toBe(true);
  store.close();
});

test('pages have each request once, newest first, while new ones come', async () => {
  const store = openTelemetryStore('memory:');
  const requests = Array.from({ length: 95 }, (_, index) =>
    request({ time: DAY + Math.floor(index / 7) }),
  );
  store.write(batch({ requests }));
  const seen: RequestRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.traces({ ...all, limit: 10, ...(cursor && { cursor }) });
    seen.push(...page.items);
    cursor = page.next;
    store.write(batch({ requests: [request({ time: DAY + 100 })] }));
  } while (cursor);
  expect(seen).toEqual(requests.toReversed());
  store.close();
});

test('filters match what the same filters on plain records match', async () => {
  const texts = ['paid', 'PAID é', 'É"\\%_', 'ʼ', ''];
  const NOTE = 'Paid "É" \\';
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          time: fc.integer({ min: DAY, max: DAY + 20 }),
          us: fc.constantFrom(0, 10, 5000),
          method: fc.constantFrom('GET', 'POST'),
          route: fc.constantFrom('', '/a', '/b'),
          version: fc.constantFrom('1.0.0', '2.0.0'),
          status: fc.constantFrom(200, 201, 404, 499, 500),
          path: fc.constantFrom('/a/1', '/b/%', "/c/'x"),
        }),
        { maxLength: 40 },
      ),
      fc.array(
        fc.record({
          time: fc.integer({ min: DAY, max: DAY + 20 }),
          level: fc.constantFrom('debug' as const, 'info' as const, 'error' as const),
          message: fc.constantFrom(...texts),
          fields: fc.constantFrom({}, { note: NOTE }),
          route: fc.constantFrom('GET /a', '/b'),
          version: fc.constantFrom('1.0.0', '2.0.0'),
        }),
        { maxLength: 40 },
      ),
      fc.record(
        {
          method: fc.constantFrom('GET', 'PUT'),
          route: fc.constantFrom('', '/a', '/none'),
          version: fc.constantFrom('2.0.0'),
          status: fc.constantFrom(404, '2xx' as const, '5xx' as const),
          minUs: fc.constantFrom(10, 10.5),
          path: fc.constantFrom('/b', '%', "'"),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          level: fc.constantFrom('info' as const, 'error' as const),
          text: fc.constantFrom('paid', 'é', '"', '\\%', '%', '_', 'paid "é', 'Get', '40', 'quest'),
          route: fc.constantFrom('GET /a', '/b', 'GET /none'),
          version: fc.constantFrom('2.0.0'),
        },
        { requiredKeys: [] },
      ),
      fc.integer({ min: 1, max: 9 }),
      fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })),
      async (requests, logs, filter, logFilter, limit, [start, length]) => {
        const store = openTelemetryStore('memory:');
        const records = requests.map(request);
        const lines = logs.map(log);
        store.write(batch({ requests: records.slice(0, 9), logs: lines.slice(0, 9) }));
        store.write(batch({ requests: records.slice(9), logs: lines.slice(9) }));
        const range = { from: DAY + start, to: DAY + start + length };
        const within = ({ time }: { time: number }): boolean =>
          time >= range.from && time < range.to;
        const { status } = filter;
        const expected = records.filter(
          (each) =>
            within(each) &&
            (filter.method === undefined || each.method === filter.method) &&
            (filter.route === undefined || each.route === filter.route) &&
            (filter.version === undefined || each.version === filter.version) &&
            (status === undefined ||
              each.status === status ||
              `${Math.floor(each.status / 100)}xx` === status) &&
            (filter.minUs === undefined || each.us >= filter.minUs) &&
            (filter.path === undefined || each.path.includes(filter.path)),
        );
        const newestFirst = <Item extends { time: number }>(items: Item[]): Item[] =>
          items.toReversed().sort((a, b) => b.time - a.time);
        const found = await readAll((query) => store.traces(query), { ...range, ...filter, limit });
        expect(found).toEqual(newestFirst(expected));
        const levels = ['trace', 'debug', 'info', 'warn', 'error'];
        const text = logFilter.text?.toLowerCase();
        const inField = (value: unknown): boolean =>
          String(value).toLowerCase().includes(text!) || (text === '"' && value === NOTE);
        const isWanted = (each: LogRecord): boolean =>
          within(each) &&
          (logFilter.route === undefined || each.route === logFilter.route) &&
          (logFilter.version === undefined || each.version === logFilter.version) &&
          (logFilter.level === undefined ||
            levels.indexOf(each.level) >= levels.indexOf(logFilter.level)) &&
          (text === undefined ||
            each.message.toLowerCase().includes(text) ||
            Object.values(each.fields).some(inField));
        const foundLines = await readAll((query) => store.logs(query), {
          ...range,
          ...logFilter,
          limit,
        });
        const ofRequests = foundLines.filter(({ message }) => message === 'request');
        expect(ofRequests).toEqual(newestFirst(records.map(requestToLog).filter(isWanted)));
        expect(foundLines.filter((each) => !ofRequests.includes(each))).toEqual(
          newestFirst(lines.filter(isWanted)),
        );
        expect(foundLines).toEqual(foundLines.toSorted((a, b) => b.time - a.time));
        const volume = await store.logVolume({ ...range, ...logFilter, text: 'a', step: 10_000 });
        const count = volume
          .flatMap(({ counts }) => Object.values(counts))
          .reduce((a, b) => a + b, 0);
        const withA = await readAll((query) => store.logs(query), {
          ...range,
          ...logFilter,
          text: 'a',
          limit,
        });
        expect(count).toBe(withA.length);
        store.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('metrics are the sums of the requests in steps of any length, also of late ones', async () => {
  const store = openTelemetryStore('memory:');
  const hours = 5;
  const requests = Array.from({ length: 3000 }, (_, index) =>
    request({
      time: DAY + Math.floor((index * hours * 3_600_000) / 3000),
      us: (index * 7919) % 100_000,
      route: index % 3 ? '/a' : '/b',
      status: index % 10 ? 200 : 503,
    }),
  );
  const late = requests.filter((_, index) => index % 50 === 0);
  const rest = requests.filter((_, index) => index % 50 !== 0);
  for (let at = 0; at < rest.length; at += 100)
    store.write(
      batch({ requests: rest.slice(at, at + 100), logs: [log({ time: rest[at]!.time })] }),
    );
  store.write(batch({ requests: late }));
  const range = { from: DAY, to: DAY + hours * 3_600_000 };
  for (const step of [10_000, 60_000, 300_000, 1_800_000, 3_600_000]) {
    // A range of five hours has no shorter steps than five minutes, one of 20 minutes all.
    const pieces = step < 300_000 ? hours * 3 : 1;
    const ranges = Array.from({ length: pieces }, (_, index) => ({
      from: DAY + (index * hours * 3_600_000) / pieces,
      to: DAY + ((index + 1) * hours * 3_600_000) / pieces,
    }));
    const points = (
      await Promise.all(ranges.map((each) => store.metrics({ ...each, step })))
    ).flat();
    const sums = (key: (time: number, route: string, statusClass: number) => string) => {
      const found: Record<string, [number, number]> = {};
      for (const { time, route, statusClass, count, sum, buckets } of points) {
        expect(buckets).toHaveLength(32);
        expect(buckets.reduce((a, b) => a + b, 0)).toBe(count);
        found[key(time, route, statusClass)] = [count, sum];
      }
      return found;
    };
    const expected: Record<string, [number, number]> = {};
    for (const { time, us, route, status } of requests) {
      const sum = (expected[`${time - (time % step)} ${route} ${Math.floor(status / 100)}`] ??= [
        0, 0,
      ]);
      sum[0]++;
      sum[1] += us;
    }
    expect(sums((time, route, statusClass) => `${time} ${route} ${statusClass}`)).toEqual(expected);
    const volume = (
      await Promise.all(ranges.map((each) => store.logVolume({ ...each, step })))
    ).flat();
    const failed = requests.filter(({ status }) => status >= 500).length;
    const lines = requests.length + Math.ceil(rest.length / 100);
    expect(volume.reduce((sum, { counts }) => sum + (counts.info ?? 0), 0)).toBe(lines - failed);
    expect(volume.reduce((sum, { counts }) => sum + (counts.error ?? 0), 0)).toBe(failed);
  }
  // Ends of ranges are no ends of hours.
  for (const [start, length] of [
    [20, 3_600_000],
    [3_610_000, 900_000],
    [4_000_000, 7_000_000],
    [2_990_000, 7_400_000],
  ] as const) {
    const part = { from: DAY + start, to: DAY + start + length };
    const since = part.from - (part.from % 10_000);
    const until = Math.ceil(part.to / 10_000) * 10_000;
    const expected = requests.filter(({ time }) => time >= since && time < until).length;
    for (const step of [length, 3_600_000, 300_000].filter((each) => each >= leastStep(part))) {
      const found = await store.metrics({ ...part, step });
      expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(expected);
    }
  }
  const some = await store.metrics({ ...range, step: 3_600_000, route: '/b', method: 'GET' });
  expect(some.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
  expect(await store.metrics({ ...range, step: 3_600_000, version: 'none' })).toEqual([]);
  store.close();
});

test('a month in steps of six hours has the sums of its requests, also at its ends', async () => {
  const store = openTelemetryStore('memory:');
  const hour = 3_600_000;
  const requests = Array.from({ length: 31 * 24 }, (_, index) =>
    request({ time: DAY + index * hour + 1_234_567, us: 100, route: '/a', status: 200 }),
  );
  store.write(batch({ requests }));
  for (const [start, length] of [
    [0, 31 * 24 * hour],
    [5 * hour + 77_000, 30 * 24 * hour],
    [7 * hour, 20 * 24 * hour + 3 * hour],
  ] as const) {
    const range = { from: DAY + start, to: DAY + start + length };
    const points = await store.metrics({ ...range, step: 6 * hour });
    // The ends of so long a range are whole hours.
    const since = range.from - (range.from % hour);
    const until = Math.ceil(range.to / hour) * hour;
    const expected: Record<number, number> = {};
    for (const { time } of requests)
      if (time >= since && time < until)
        expected[time - (time % (6 * hour))] = (expected[time - (time % (6 * hour))] ?? 0) + 1;
    const found = Object.fromEntries(points.map(({ time, count }) => [time, count]));
    expect(found).toEqual(expected);
  }
  expect(await store.oldest()).toMatchObject({ metrics: expect.any(Number) });
  store.close();
});

test('groups errors by type and by the first place in the code of the app', async () => {
  const store = openTelemetryStore('memory:');
  const error = (place: string, more: object = {}): object => ({
    name: 'TypeError',
    message: 'no order',
    stack: `TypeError: no order\n    at node:internal/x:1:1\n    at f (/app/node_modules/m/i.js:2:3)\n    at async pay (${place})`,
    ...more,
  });
  const write = (time: number, fields: Record<string, unknown>, more: object = {}): void =>
    store.write(batch({ logs: [log({ time: DAY + time, level: 'error', fields, ...more })] }));
  write(10, { error: error('src/handlers/pay.ts:3:9') }, { route: '/pay', version: '2.0.0' });
  write(
    5,
    { error: error('file:///x/src/handlers/pay.ts:3:9') },
    { route: '/b', version: '1.0.0' },
  );
  write(20, { error: error('src/handlers/pay.ts:3:9', { code: 'GATI_STORAGE' }) });
  write(30, { error: 'a text' });
  const page = await store.errors({ ...all, limit: 1 });
  expect(page.items).toMatchObject([{ type: 'GATI_STORAGE', count: 1 }]);
  const next = await store.errors({ ...all, limit: 1, cursor: page.next! });
  expect(next).toEqual({
    items: [
      {
        id: expect.stringMatching(/^[\da-f]{16}$/),
        type: 'TypeError',
        message: 'no order',
        place: 'src/handlers/pay.ts:3',
        count: 2,
        firstSeen: DAY + 5,
        lastSeen: DAY + 10,
        firstVersion: '1.0.0',
        lastVersion: '2.0.0',
        routes: ['/pay', '/b'],
      },
    ],
  });
  store.close();
});

test('rejects queries that are not sane', async () => {
  const store = openTelemetryStore('memory:');
  const page = { ...all, limit: 10 };
  const queries = [
    store.traces({ ...page, limit: 0 }),
    store.traces({ ...page, limit: 1001 }),
    store.traces({ ...page, limit: 1.5 }),
    store.traces({ ...page, from: Number.NaN }),
    store.traces({ ...page, from: 2, to: 1 }),
    store.traces({ ...page, cursor: '1 OR 1' }),
    store.traces({ ...page, status: '9xx' as '5xx' }),
    store.traces({ ...page, path: 'x'.repeat(1001) }),
    store.logs({ ...page, level: 'loud' as 'info' }),
    store.metrics({ ...all, step: 300_000 }),
    store.metrics({ from: DAY, to: DAY + 86_400_000, step: 60_000 }),
    store.metrics({ from: DAY, to: DAY + 60_000, step: 9000 }),
    store.logVolume({ ...all, step: 0 }),
    store.errors({ ...page, cursor: 'x' }),
  ];
  const results = await Promise.allSettled(queries);
  expect(results.map((each) => each.status === 'rejected' && each.reason.name)).toEqual(
    queries.map(() => 'RangeError'),
  );
  store.close();
});

test('a record with impossible ids or times is dropped alone, and counted', async () => {
  const drops: unknown[] = [];
  const store = openTelemetryStore('memory:', { onDrop: (...drop) => drops.push(drop) });
  store.write(
    batch({
      requests: [
        request({ traceId: 'x' }),
        request({ time: Infinity }),
        request({ time: -1 }),
        request({ us: Number.NaN }),
        request(),
      ],
      spans: [span({ start: 2 ** 50 })],
      logs: [log({ level: 'loud' as 'info' }), log()],
    }),
  );
  expect(drops).toEqual([
    ['requests', 'invalid', 4],
    ['spans', 'invalid', 1],
    ['logs', 'invalid', 1],
  ]);
  expect((await store.traces({ ...all, limit: 10 })).items).toHaveLength(1);
  store.close();
});

test('removes what is older than the limits, and keeps the metrics longer', async () => {
  const day = 86_400_000;
  let now = DAY;
  const store = openTelemetryStore('memory:', {
    now: () => now,
    limits: { age: 2 * day, metricsAge: 10 * day },
  });
  const old = Array.from({ length: 2500 }, () => request());
  store.write(batch({ requests: old, logs: [log()], spans: [span()] }));
  now = DAY + 3 * day;
  const kept = request({ time: now });
  store.write(batch({ requests: [kept] }));
  await store.prune();
  expect((await store.traces({ ...all, limit: 10 })).items).toEqual([kept]);
  expect((await store.logs({ ...all, limit: 10 })).items).toEqual([requestToLog(kept)]);
  expect(await store.trace(old[0]!.traceId)).toBeUndefined();
  const count = async (): Promise<number> =>
    (await store.metrics({ from: DAY, to: now + 1, step: now + 1 - DAY })).reduce(
      (sum, each) => sum + each.count,
      0,
    );
  expect(await count()).toBe(2501);
  now += 30 * day;
  store.write(batch({ requests: [request({ time: now })] }));
  await store.prune();
  expect(await count()).toBe(1);
  store.close();
});

test('stays within its bytes: the oldest records make way', async () => {
  const file = path();
  const bytes = 2 * 1024 ** 2;
  const store = openTelemetryStore(`sqlite:${file}`, {
    limits: { bytes, age: 1e12 },
    now: () => DAY,
  });
  for (let round = 0; round < 20; round++) {
    const requests = Array.from({ length: 2000 }, () =>
      request({ time: DAY + round, path: `/${'x'.repeat(100)}` }),
    );
    store.write(batch({ requests }));
    await store.prune();
  }
  const newest = (await store.traces({ ...all, limit: 1 })).items[0]!;
  expect(newest.time).toBe(DAY + 19);
  expect(await store.trace(newest.traceId)).toMatchObject({ requests: [newest] });
  store.close();
  const db = openNative(file, process.cwd());
  const [{ page_count }] = db.prepare('PRAGMA page_count').all() as [{ page_count: number }];
  db.close();
  expect(page_count * 4096).toBeLessThanOrEqual(bytes);
});

test.each(['damaged', 'newer'] as const)(
  'moves a %s file aside and begins a new one',
  async (kind) => {
    const file = path();
    if (kind === 'damaged') writeFileSync(file, 'not a database '.repeat(1000));
    else {
      const db = openNative(file, process.cwd());
      db.exec('CREATE TABLE a (b); PRAGMA user_version = 99');
      db.close();
    }
    const bytes = readFileSync(file);
    const diagnostics: unknown[] = [];
    const store = openTelemetryStore(`sqlite:${file}`, {
      onDiagnostic: (each) => diagnostics.push(each),
    });
    store.write(batch({ requests: [request()] }));
    expect((await store.traces({ ...all, limit: 10 })).items).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ kind, movedTo: `${file}.${kind}` }]);
    expect(readFileSync(`${file}.${kind}`).equals(bytes)).toBe(true);
    store.close();
  },
);

test('a full file drops batches and counts them, and takes more when old ones are removed', async () => {
  const drops: [string, string, number][] = [];
  const store = openTelemetryStore(`sqlite:${path()}`, {
    limits: { bytes: 500_000 },
    onDrop: (...drop) => drops.push(drop),
  });
  const many = Array.from({ length: 100 }, () => request({ path: 'x'.repeat(2000) }));
  for (let count = 0; count < 10; count++) store.write(batch({ requests: many, logs: [log()] }));
  // About twice the limit fits.
  expect(drops.length).toBeGreaterThan(2);
  expect(new Set(drops.map(([signal, reason]) => `${signal} ${reason}`))).toEqual(
    new Set(['requests full', 'logs full']),
  );
  await store.prune();
  drops.length = 0;
  store.write(batch({ requests: [request({ path: '/after' })] }));
  expect(drops).toEqual([]);
  const { items } = await store.traces({ ...all, limit: 10, path: '/after' });
  expect(items).toHaveLength(1);
  store.close();
});

test('a batch that the disk has no space for is not stored at all, and the next one is', async () => {
  const db = openNative(path(), process.cwd());
  prepareFile(db, 1024 ** 3);
  const on = createStatements(db);
  const writer = createBatchWriter(on);
  const first = request();
  writer.write(batch({ requests: [first] }), DAY);
  const [{ page_count: pages }] = db.prepare('PRAGMA page_count').all() as [{ page_count: number }];
  db.exec(`PRAGMA max_page_count = ${pages + 20}`);
  const long = Array.from({ length: 300 }, () =>
    request({ route: '/long', path: 'x'.repeat(2000) }),
  );
  let failure: unknown;
  try {
    writer.write(batch({ requests: long }), DAY);
  } catch (error) {
    failure = error;
  }
  expect(toFailure(failure).sqlite).toBe(13);
  db.exec(`PRAGMA max_page_count = ${pages + 10_000}`);
  const last = request({ route: '/long', time: DAY + 1 });
  writer.write(batch({ requests: [last] }), DAY);
  expect(readTraces(on, { ...all, limit: 10 }).items).toEqual([last, first]);
  expect(readTrace(on, last.traceId)?.requests).toEqual([last]);
  const points = readMetrics(on, { from: DAY, to: DAY + 10_000, step: 10_000 });
  expect(points.map(({ route, count }) => [route, count])).toEqual([
    ['/orders/{id}', 1],
    ['/long', 1],
  ]);
  db.close();
});

test('a file that another process keeps locked drops batches, and takes later ones', async () => {
  const file = path();
  const drops: unknown[] = [];
  const store = openTelemetryStore(`sqlite:${file}`, { onDrop: (...drop) => drops.push(drop) });
  const other = openNative(file, process.cwd());
  other.exec('BEGIN IMMEDIATE');
  store.write(batch({ requests: [request(), request()] }));
  expect(drops).toEqual([['requests', 'busy', 2]]);
  other.exec('ROLLBACK');
  other.close();
  const later = request();
  store.write(batch({ requests: [later] }));
  expect((await store.traces({ ...all, limit: 10 })).items).toEqual([later]);
  store.close();
});

test('another process reads while this one writes, and both write in turn', async () => {
  const file = path();
  const store = openTelemetryStore(`sqlite:${file}`);
  store.write(batch({ requests: [request()] }));
  const module = pathToFileURL(
    join(import.meta.dirname, '../../src/collector/store/open-store.ts'),
  ).href;
  const code = `
    const { openTelemetryStore } = await import(${JSON.stringify(module)});
    const store = openTelemetryStore(${JSON.stringify(`sqlite:${file}`)});
    const query = { ...${JSON.stringify(all)}, limit: 1000 };
    let last = 0, reads = 0;
    while (last < 500 && reads++ < 20000) {
      const { items } = await store.traces(query);
      if (items.length < last) throw new Error('fewer than before');
      last = items.length;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const requests = [${JSON.stringify(request({ route: '/other', traceId: 'f'.repeat(32) }))}];
    store.write({ requests, spans: [], logs: [] });
    store.close();
    console.log('read', last);`;
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', 'tsx', '--input-type=module', '-e', code],
    { cwd: join(import.meta.dirname, '../../../..'), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close');
  let written = 1;
  while (child.exitCode === null && written < 500) {
    store.write(batch({ requests: [request()] }));
    written++;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await ended;
  expect(output).toContain('read 500');
  // The other process has drawn ids and names of its own.
  const mine = request({ route: '/third' });
  store.write(batch({ requests: [mine] }));
  expect(await store.trace('f'.repeat(32))).toMatchObject({ requests: [{ route: '/other' }] });
  expect(await store.trace(mine.traceId)).toMatchObject({ requests: [mine] });
  const points = await store.metrics({ from: DAY, to: DAY + 10_000, step: 10_000 });
  expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(502);
  store.close();
}, 60_000);

import { describe, expect, test } from 'vitest';
import { drawIds, idPool, isRequestId, parseTraceParent } from '../../src/telemetry/record/ids.ts';
import { bindLogger, createJsonLogger } from '../../src/telemetry/log/logger.ts';
import { createTextLogger } from '../../src/telemetry/log/text-logger.ts';
import { Recorder, type TracedRequest } from '../../src/telemetry/record/recorder.ts';
import { redact } from '../../src/telemetry/log/redact.ts';
import { RouteStats, routeMetrics } from '../../src/telemetry/record/route-stats.ts';
import { bundle } from '../helpers/bundle.ts';
import { overNode } from '../helpers/target.ts';

const traced = (path: string, more: Partial<TracedRequest> = {}): TracedRequest => ({
  idAt: drawIds(),
  idPool: idPool(),
  parent: undefined,
  givenId: undefined,
  path,
  ...more,
});

describe('access log', () => {
  test('has one JSON line a request', async () => {
    let text = '';
    const target = await overNode(bundle({ 'GET /users/:id': { handler: (req) => req.params } }), {
      log: (lines) => (text += lines),
    });
    await target.call('/users/a%22b?password=x', {
      headers: {
        'x-request-id': 'r-1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    await target.call('/nothing/"ü');
    for (let n = 0; n < 600; n++) await target.call(`/users/${n}`);
    await target.close();
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(602);
    expect(lines[0]).toEqual({
      level: 'info',
      msg: 'request',
      method: 'GET',
      route: '/users/:id',
      status: 200,
      version: '1.2.3',
      us: expect.any(Number),
      time: expect.any(Number),
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
      requestId: 'r-1',
      path: '/users/a%22b',
    });
    expect(Number.isInteger(lines[0]?.['us'])).toBe(true);
    expect(lines[1]).toMatchObject({
      method: 'GET',
      route: '',
      status: 404,
      path: '/nothing/%22%C3%BC',
    });
    expect(lines[1]).not.toHaveProperty('requestId');
    expect(new Set(lines.map((line) => line['spanId'])).size).toBe(602);
    expect(target.app.spans(1000)).toHaveLength(602);
  });

  test('has the method of what no route takes, and one name for those that are none', async () => {
    let text = '';
    const target = await overNode(bundle({ 'GET /a': { handler: () => 1 } }), {
      log: (lines) => (text += lines),
    });
    await target.call('/versions');
    for (const method of ['PUT', 'PROPFIND', 'MKCOL']) await target.call('/b', { method });
    await target.close();
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ method, status }) => [method, status])).toEqual([
      ['GET', 200],
      ['PUT', 404],
      ['_OTHER', 404],
      ['_OTHER', 404],
    ]);
    expect(target.app.metrics().map(({ method, count }) => [method, count])).toEqual([
      ['GET', 1],
      ['PUT', 1],
      ['_OTHER', 2],
    ]);
  });

  test('escapes what a path may hold', () => {
    let text = '';
    const recorder = new Recorder((lines) => (text += lines));
    recorder.record(
      new RouteStats('GET', '/"', '1.0.0'),
      200,
      1,
      2,
      traced('/\\"\n\u2028', { givenId: 'a' }),
    );
    recorder.flush();
    recorder.flush();
    expect(JSON.parse(text)).toMatchObject({ route: '/"', path: '/\\"\n\u2028' });
  });

  test('logs each request once, and remembers the newest', () => {
    const lines: string[] = [];
    const recorder = new Recorder((text) => lines.push(...text.trimEnd().split('\n')));
    const stats = new RouteStats('GET', '/', '1.0.0');
    for (let index = 0; index < 5000; index++)
      recorder.record(stats, 200, index, 0, traced(`/${index}`));
    recorder.flush();
    expect(lines.map((line) => JSON.parse(line).path)).toEqual(
      Array.from({ length: 5000 }, (_, index) => `/${index}`),
    );
    expect(recorder.spans(3).map(({ us }) => us)).toEqual([4999, 4998, 4997]);
    expect(recorder.spans(10_000)).toHaveLength(4096);
  });
});

test('counts requests by route, version and status class', () => {
  const stats = new RouteStats('GET', '/a', '1.0.0');
  for (const us of [0, 1, 3, 1_000_000, 2 ** 31]) stats.observe(200, us);
  stats.observe(503, 10);
  const [ok, failed] = routeMetrics([stats]);
  expect(ok).toMatchObject({
    method: 'GET',
    route: '/a',
    version: '1.0.0',
    status: '2xx',
    count: 5,
  });
  expect(ok?.buckets.find(({ le }) => le === 1e-6)?.count).toBe(1);
  expect(ok?.buckets.find(({ le }) => le === 4e-6)?.count).toBe(3);
  expect(ok?.buckets.at(-1)).toEqual({ le: Number.POSITIVE_INFINITY, count: 5 });
  expect(failed).toMatchObject({ status: '5xx', count: 1, sum: 1e-5 });
});

test('reads W3C trace context', () => {
  const good = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  expect(parseTraceParent(good)).toEqual({
    traceId: good.slice(3, 35),
    parentId: good.slice(36, 52),
    sampled: true,
  });
  expect(parseTraceParent(`cc${good.slice(2)}-more`)).toBeDefined();
  for (const bad of [
    undefined,
    '',
    good.toUpperCase(),
    `${good}-more`,
    `ff${good.slice(2)}`,
    good.replace(/[1-9a-f]/g, '0'),
    `x${good}`,
  ]) {
    expect([bad, parseTraceParent(bad)]).toEqual([bad, undefined]);
  }
  expect(isRequestId('a-B_1.2:3')).toBe(true);
  expect(isRequestId('')).toBe(false);
  expect(isRequestId('x'.repeat(129))).toBe(false);
});

describe('logger', () => {
  test('writes JSON lines in production and hides secrets', () => {
    let text = '';
    const logger = bindLogger(
      createJsonLogger({ write: (lines) => (text += lines), fields: { app: 'a' } }),
      {
        route: 'GET /a',
      },
    );
    logger.debug('quiet');
    logger.info('hello', {
      user: { password: 'p', apiKey: 'k', name: 'n' },
      headers: { Authorization: 'Bearer x', 'set-cookie': 'y' },
      n: 1n,
      list: [new Date(0)],
    });
    logger.error('failed', {
      error: Object.assign(new Error('x', { cause: new TypeError('y') }), { code: 'E' }),
    });
    const [first, second] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toEqual({
      level: 'info',
      msg: 'hello',
      time: expect.any(Number),
      app: 'a',
      route: 'GET /a',
      user: { password: '[redacted]', apiKey: '[redacted]', name: 'n' },
      headers: { Authorization: '[redacted]', 'set-cookie': '[redacted]' },
      n: '1',
      list: ['1970-01-01T00:00:00.000Z'],
    });
    expect(second).toMatchObject({
      level: 'error',
      error: {
        message: 'x',
        code: 'E',
        stack: expect.any(String),
        cause: { name: 'TypeError', message: 'y' },
      },
    });
  });

  test.each([
    [true, '\u001b[90mtrace\u001b[0m look \u001b[90m{"a":1}\u001b[0m\n'],
    [false, 'trace look {"a":1}\n'],
  ])('writes short text in development, coloured: %s', (colors, expected) => {
    let text = '';
    const logger = createTextLogger({ level: 'trace', colors, write: (lines) => (text += lines) });
    logger.trace('look', { a: 1 });
    expect(text).toBe(expected);
  });

  test('bounds what it writes', () => {
    const ring: Record<string, unknown> = {};
    ring['ring'] = ring;
    expect(JSON.stringify(redact(ring))).toContain('[deep]');
    expect(redact(new Map([['token', 'x']]))).toEqual({ token: '[redacted]' });
    expect(redact({ f: () => 1, s: Symbol('x'), b: new Uint8Array(3), set: new Set([1]) })).toEqual(
      {
        f: '[function]',
        s: '[symbol]',
        b: '[3 bytes]',
        set: [1],
      },
    );
  });
});

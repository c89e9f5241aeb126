import { expect, test } from 'vitest';
import { drawIds, idPool } from '../../../src/telemetry/record/ids.ts';
import { Recorder, type TracedRequest } from '../../../src/telemetry/record/recorder.ts';
import { RouteStats } from '../../../src/telemetry/record/route-stats.ts';
import { bundle } from '../../helpers/bundle.ts';
import { overNode } from '../../helpers/target.ts';

const traced = (path: string, more: Partial<TracedRequest> = {}): TracedRequest => ({
  idAt: drawIds(),
  idPool: idPool(),
  parent: undefined,
  givenId: undefined,
  path,
  trace: undefined,
  ...more,
});

test('the access log has one JSON line per request', async () => {
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
    parentId: 'b7ad6b7169203331',
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

test('the access log has the path as it was requested, with the base and without the query', async () => {
  let text = '';
  const target = await overNode(bundle({ 'GET /users/:id': { handler: () => 1 } }), {
    base: '/shop/',
    log: (lines) => (text += lines),
  });
  for (const path of ['/shop/users/1?key=k', '/shop', '/users/1?key=k', '/shopping'])
    await target.call(path);
  await target.close();
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { route: '/users/:id', status: 200, path: '/shop/users/1' },
    { route: '', status: 404, path: '/shop' },
    { route: '', status: 404, path: '/users/1' },
    { route: '', status: 404, path: '/shopping' },
  ]);
});

test('the access log names the method of a request without a route, and groups unknown methods', async () => {
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
  expect(lines).toMatchObject([
    { method: 'GET', status: 200 },
    { method: 'PUT', status: 404 },
    { method: '_OTHER', status: 404 },
    { method: '_OTHER', status: 404 },
  ]);
  expect(target.app.metrics()).toMatchObject([
    { method: 'GET', count: 1 },
    { method: 'PUT', count: 1 },
    { method: '_OTHER', count: 2 },
  ]);
});

test('the access log escapes quotes and control characters of a path', () => {
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

test('the recorder logs each request once and keeps the newest 4096 as spans', () => {
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

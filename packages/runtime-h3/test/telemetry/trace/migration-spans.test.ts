import { afterEach, expect, test } from 'vitest';
import { HttpError } from '../../../src/app/response/http-error.ts';
import { addUpEnded } from '../../../src/telemetry/export/add-up.ts';
import { migrationMetrics } from '../../../src/telemetry/record/migration-stats.ts';
import { bundle } from '../../helpers/bundle.ts';
import { type Observed, observe } from '../../helpers/observed.ts';
import { release } from '../../helpers/releases.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT = 'b7ad6b7169203331';

let server: Observed;
afterEach(() => server.close());

async function start(): Promise<void> {
  const table = bundle({ 'POST /orders': {} });
  const oldest = release('1.0.0', '2026-01-01T00:00:00Z', {
    status: 'retired',
    migrated: true,
    route: (method, path) => table.match(method, path)?.data,
    migration: {
      target: '2.0.0',
      steps: [
        {
          routes: {
            'POST /orders': {
              up: ({ body }) => {
                const { cents } = body as { cents: number };
                if (cents === 0) throw new HttpError(500, 'no_migration');
                return { body: { money: cents } };
              },
              down: ({ body }) => ({ body: { cents: (body as { money: number }).money } }),
            },
          },
        },
      ],
      match(method, path) {
        const found = table.match(method, path);
        return found && { id: found.data.id, params: {} };
      },
      contract: () => Promise.resolve(table.contract),
    },
  });
  const newest = release('2.0.0', '2026-02-01T00:00:00Z', {
    routes: { 'POST /orders': { handler: (req) => req.body } },
  });
  server = await observe(bundle({}), undefined, { list: [oldest, newest], current: '2.0.0' });
}

const order = (cents: number): Promise<Response> =>
  server.call('/orders', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-version': '1.0.0',
      traceparent: `00-${TRACE}-${CLIENT}-01`,
    },
    body: JSON.stringify({ cents }),
  });

async function lineOfRequest(): Promise<Record<string, unknown>> {
  await expect.poll(() => server.lines.find(({ msg }) => msg === 'request')).toBeDefined();
  return server.lines.find(({ msg }) => msg === 'request')!;
}

test('migrations of a request and its response are spans of the request', async () => {
  await start();
  expect(await (await order(5)).json()).toEqual({ cents: 5 });
  const line = await lineOfRequest();
  expect(line).toMatchObject({ version: '2.0.0', traceId: TRACE, parentId: CLIENT });
  expect(server.spans().map(({ name }) => name)).toEqual([
    'migrate request',
    'handler',
    'migrate response',
  ]);
  for (const span of server.spans())
    expect(span).toMatchObject({ traceId: TRACE, parentId: line['spanId'] });
  expect(server.span('migrate request').attributes).toEqual({
    'gati.migration.from': '1.0.0',
    'gati.migration.to': '2.0.0',
  });
  // Metrics and log have them too; the log once, since a process may migrate many requests.
  expect(await (await order(7)).json()).toEqual({ cents: 7 });
  // Other test files in the same process may have counted migrations of other releases.
  const metric = migrationMetrics().find(({ from, to }) => from === '1.0.0' && to === '2.0.0');
  expect(metric!.count).toBeGreaterThan(1);
  const ended = addUpEnded([
    { inflight: 0, routes: [], limits: {}, migrations: [metric!] },
    { inflight: 0, routes: [], limits: {}, migrations: [{ ...metric!, count: 3 }] },
  ]);
  expect(ended.migrations).toEqual([{ ...metric!, count: metric!.count + 3 }]);
  // The request lasts as long as all its parts.
  const began = Number(line['time']) - Number(line['us']) / 1000;
  expect(server.span('migrate request').start).toBeGreaterThanOrEqual(began - 1);
});

test('a migration that fails is a span of the request that it failed', async () => {
  await start();
  expect((await order(0)).status).toBe(500);
  const line = await lineOfRequest();
  expect(line).toMatchObject({ status: 500, traceId: TRACE });
  expect(server.span('migrate request')).toMatchObject({
    parentId: line['spanId'],
    error: 'HttpError',
  });
});

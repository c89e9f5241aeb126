import { createServer } from 'node:http';
import type { Contract } from '@gati/contract';
import { listen } from '@gati/test-kit/ports';
import { sendAndLeave, sendRaw } from '@gati/test-kit/sockets';
import { until } from '@gati/test-kit/wait';
import { afterEach, describe, expect, test } from 'vitest';
import type { MigrationPath, ServedRelease } from '../../../src/types/served-release.ts';
import { HttpError } from '../../../src/index.ts';
import type { Migration } from '../../../src/types/migration.ts';
import { bundle } from '../../helpers/bundle.ts';
import { release } from '../../helpers/releases.ts';
import { adapters, overNode, read, type Target } from '../../helpers/target.ts';

const migration: Migration = {
  moved: {
    'POST /payments/:id': {
      to: 'PUT /accounts/:account/payments/:id',
      up: ({ params, query, body }) => {
        const { amount } = body as { amount: number };
        if (amount === 0) throw new HttpError(422, 'amount_zero');
        return {
          params: { ...params, account: 'a/b' },
          query: { source: query['from'] },
          body: { money: { cents: amount * 100 } },
        };
      },
      down: ({ status, body }) => {
        const { money } = body as { money: { cents: number } };
        if (money.cents === 666_00) throw new Error('down is broken');
        return { status: status === 201 ? 200 : status, body: { amount: money.cents / 100 } };
      },
    },
    'GET /created': { to: 'POST /created', up: () => ({ body: { made: true } }) },
  },
};

const cents = {
  type: 'object',
  properties: { cents: { type: 'integer', maximum: 1_000_000 } },
  required: ['cents'],
} as const;
const newest = (): ServedRelease =>
  release('2.0.0', '2026-02-01T00:00:00Z', {
    routes: {
      'PUT /accounts/:account/payments/:id': {
        body: { type: 'object', properties: { money: cents }, required: ['money'] } as never,
        handler: (req, res, _gctx, lctx) => {
          res.status = 201;
          res.headers.set(
            'x-seen',
            `${(req.params as { account: string }).account} ${(req.query as { source: string }).source} ${lctx.version}`,
          );
          res.headers.set('link', '<https://help.example>; rel="help"');
          if ((req.query as { source: string }).source === 'vendor')
            res.headers.set('content-type', 'application/vnd.pay+json; charset=utf-8');
          return { money: (req.body as { money: unknown }).money };
        },
      },
      'POST /created': { handler: (req) => ({ got: req.body }) },
      'GET /same': { handler: () => ({ same: true }) },
      'POST /guarded': {
        guards: [
          async (req) => {
            if (req.headers.authorization === undefined) throw new HttpError(401, 'who');
            return { user: req.headers.authorization };
          },
        ],
        body: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } } as never,
        handler: (_req, _res, _gctx, lctx) => ({ ...lctx }),
      },
      'GET /events': {
        handler: async function* () {
          yield { n: 1 };
        } as never,
      },
    },
  });

const OLD = [
  'POST /payments/:id',
  'GET /created',
  'GET /same',
  'POST /guarded',
  'GET /events',
  'GET /gone',
  'WS /live',
];
const table = bundle(Object.fromEntries(OLD.map((id) => [id, {}])));
const amount = {
  type: 'object',
  properties: { amount: { type: 'number' } },
  required: ['amount'],
} as const;
const OLD_CONTRACT: Contract = {
  ...table.contract,
  routes: table.contract.routes.map((route) =>
    route.id === 'POST /payments/:id'
      ? {
          ...route,
          body: { contentTypes: ['application/json'], required: true, schema: amount as never },
        }
      : route,
  ),
};
const path: MigrationPath = {
  target: '2.0.0',
  steps: [migration],
  match(method, path) {
    const found = table.match(method, path);
    return found && { id: found.data.id, params: { ...found.params } };
  },
  contract: () => Promise.resolve(OLD_CONTRACT),
};
const oldest = release('1.0.0', '2026-01-01T00:00:00Z', {
  status: 'retired',
  migrated: true,
  migration: path,
  deprecatedAt: '2026-03-01T00:00:00Z',
  route: (method, path) => table.match(method, path)?.data,
  bundle: () => Promise.reject(new Error('its code is gone')),
});

describe.each(adapters)('over %s', (_name, open) => {
  let target: Target;
  const start = async (): Promise<void> => {
    const served = { list: [oldest, newest()], current: '2.0.0' };
    target = await open(bundle({}), { releases: () => served });
  };
  const old = (path: string, init: RequestInit = {}): Promise<Response> =>
    target.call(path, {
      ...init,
      headers: { 'x-api-version': '1.0.0', ...(init.headers as Record<string, string>) },
    });
  const pay = (amount: unknown, type = 'application/json'): Promise<Response> =>
    old('/payments/7%20x?from=app', {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify({ amount }),
    });
  afterEach(() => target.close());

  test('a newer release responds for a migrated one, in the shape of the old version', async () => {
    await start();
    const response = await pay(5);
    expect(await read(response)).toMatchObject({
      status: 200,
      body: { amount: 5 },
      headers: {
        'content-type': 'application/json',
        'x-api-version': '1.0.0',
        'x-gati-release': 'rel_2.0.0',
        deprecation: '@1772323200',
        'x-seen': 'a/b app 2.0.0',
      },
    });
    expect(response.headers.get('link')).toContain('<?api-version=2.0.0>; rel="successor-version"');
    expect(response.headers.get('link')).toContain('rel="help"');
  });

  test('runs the guards of the newer release, before its validation', async () => {
    await start();
    const post = (headers: Record<string, string>, body: string): Promise<Response> =>
      old('/guarded', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
    expect(await read(await post({}, '{"n":"x"}'))).toMatchObject({
      status: 401,
      body: { code: 'who' },
    });
    expect((await post({ authorization: 'ada' }, '{"n":"x"}')).status).toBe(400);
    expect((await read(await post({ authorization: 'ada' }, '{"n":1}'))).body).toEqual({
      user: 'ada',
    });
  });

  test('responds with problems of the newer release, of a migration and of the old contract', async () => {
    await start();
    expect(await read(await pay(1e9))).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
      headers: { 'x-api-version': '1.0.0' },
    });
    expect(await read(await pay(0))).toMatchObject({ status: 422, body: { code: 'amount_zero' } });
    const malformed = await old('/payments/7', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(await read(malformed)).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
    expect(await read(await pay('much'))).toMatchObject({
      status: 400,
      body: { errors: [{ in: 'body', path: '/amount' }] },
      headers: { 'x-api-version': '1.0.0', 'x-gati-release': 'rel_1.0.0' },
    });
    expect((await old('/payments/7', { method: 'POST' })).status).toBe(400);
    const large = await old('/payments/7', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `"${'x'.repeat(2 ** 21)}"`,
    });
    expect(large.status).toBe(413);
    expect((await old('/payments/%00', { method: 'POST' })).status).toBe(400);
    expect((await old('/nowhere')).status).toBe(404);
    expect((await old('/gone')).status).toBe(404);
  });

  test('migrates a response whose content type has the suffix +json', async () => {
    await start();
    const response = await old('/payments/7?from=vendor', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"amount":5}',
    });
    expect(response.headers.get('content-type')).toBe('application/vnd.pay+json; charset=utf-8');
    expect(await response.json()).toEqual({ amount: 5 });
  });

  test('responds 500 when a migration fails, and logs the error', async () => {
    await start();
    const response = await pay(666);
    expect(await read(response)).toMatchObject({ status: 500, body: { code: 'internal' } });
    await target.app.drain();
    expect(
      target.logged.some(({ error }) => (error as Error | undefined)?.message === 'down is broken'),
    ).toBe(true);
  });

  test.each([
    { amount: 5, status: 200, kind: 'a migrated response' },
    { amount: 666, status: 500, kind: 'a response whose migration fails' },
  ])('records the status that the client got for $kind', async ({ amount, status }) => {
    await start();
    expect((await pay(amount)).status).toBe(status);
    await target.app.drain();
    expect(target.app.spans(1)).toMatchObject([{ status }]);
    const counted = target.app.metrics().filter(({ count }) => count > 0);
    expect(counted).toMatchObject([{ status: String(status) }]);
  });

  test('migrates routes that change their method, stay the same, or stream', async () => {
    await start();
    expect(await (await old('/created')).json()).toEqual({ got: { made: true } });
    expect(await (await old('/same')).json()).toEqual({ same: true });
    expect((await old('/same', { method: 'HEAD' })).status).toBe(200);
    const events = await old('/events');
    expect(await read(events)).toMatchObject({
      headers: { 'x-api-version': '1.0.0' },
      text: expect.stringContaining('{"n":1}'),
    });
    expect(
      await (await target.call('/versions', { headers: { 'x-api-version': '1.0.0' } })).json(),
    ).toMatchObject({ versions: [{}, {}] });
  });
});

describe('a body for a migrated release that does not arrive', () => {
  let target: Target;
  let spans: () => { status: number; version: string; path: string }[];
  const start = async (bodyTimeout: number): Promise<void> => {
    const lines: string[] = [];
    const served = { list: [oldest, newest()], current: '2.0.0' };
    target = await overNode(bundle({}), {
      releases: () => served,
      limits: { bodyTimeout },
      log: (text) => void lines.push(...text.trim().split('\n')),
    });
    spans = () => lines.map((line) => JSON.parse(line) as never);
  };
  const half =
    'POST /payments/7 HTTP/1.1\r\nHost: x\r\nX-API-Version: 1.0.0\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"amou';
  afterEach(() => target.close());

  test('a missing body is logged once as 499 when the client leaves, and reaches no handler', async () => {
    await start(30_000);
    let isReading = false;
    const server = createServer((req, res) => {
      target.app.handleNodeRequest(req, res);
      req.once('data', () => (isReading = true));
    });
    await sendAndLeave(await listen(server), [half], () =>
      until('the body is read', () => isReading),
    );
    await expect.poll(() => spans()).toMatchObject([{ status: 499, version: '1.0.0' }]);
    expect(target.app.inflight).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });

  test('a missing body is logged as 499 when the client left before the migration began', async () => {
    await start(600_000);
    // The first migrated request loads code, and a client may leave meanwhile.
    const server = createServer((req, res) => {
      res.once('close', () => target.app.handleNodeRequest(req, res));
      hasArrived = true;
    });
    let hasArrived = false;
    await sendAndLeave(await listen(server), [half], () =>
      until('the request arrives', () => hasArrived),
    );
    await expect.poll(() => spans()).toMatchObject([{ status: 499, version: '1.0.0' }]);
    await target.app.drain();
    await new Promise((resolve) => server.close(resolve));
  });

  test('gets 408 when the body timeout is over', async () => {
    await start(30);
    expect(await sendRaw(target.port, [half], { until: /"code":/ })).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*x-api-version: 1\.0\.0[\s\S]*"code":"request_timeout"/,
    );
    expect(target.app.spans()).toMatchObject([{ status: 408, version: '1.0.0' }]);
  });
});

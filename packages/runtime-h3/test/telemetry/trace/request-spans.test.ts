import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from '@gati/test-kit/ports';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpError } from '../../../src/app/response/http-error.ts';
import { bundle, type TestRoute } from '../../helpers/bundle.ts';
import { type Observed, observe } from '../../helpers/observed.ts';
import type { GlobalContext } from '../../../src/types/context.ts';
import type { ModuleFile } from '../../../src/types/modules.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT = 'b7ad6b7169203331';

let server: Observed;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await server.close();
  for (const close of closers.splice(0)) await close();
});

async function start(
  routes: Record<string, TestRoute>,
  modules: Record<string, ModuleFile> = {},
  env?: Record<string, string>,
): Promise<Observed> {
  const release = bundle(routes);
  release.modules = Object.fromEntries(
    Object.entries(modules).map(([name, file]) => [name, () => file]),
  );
  return (server = await observe(release, env));
}

/** A server on loopback that other requests go to. */
async function startPeer(
  status = 200,
): Promise<{ url: string; requests: { url: string; headers: IncomingHttpHeaders }[] }> {
  const requests: { url: string; headers: IncomingHttpHeaders }[] = [];
  const peer = createServer((req, res) => {
    requests.push({ url: req.url ?? '', headers: req.headers });
    res.writeHead(status).end('{}');
  });
  const port = await listen(peer);
  closers.push(async () => {
    peer.closeAllConnections();
    await new Promise((resolve) => peer.close(resolve));
  });
  return { url: `http://127.0.0.1:${port}`, requests };
}

describe('spans of a request', () => {
  test('guard, middleware, handler, module, database, storage and fetch are one tree', async () => {
    const peer = await startPeer();
    await start(
      {
        'GET /orders/:id': {
          guards: [async () => undefined],
          guardPlaces: ['src/handlers/orders/_guard.ts:3'],
          middleware: [
            async (_req, _res, _gctx, _lctx, next) => next(),
            async (_req, _res, _gctx, _lctx, next) => next(),
          ],
          middlewareFiles: ['src/handlers/_middleware.ts', 'src/handlers/orders/_middleware.ts'],
          handler: async (req, _res, gctx) => {
            const { shop } = gctx.modules as { shop: { find(id: string): Promise<unknown> } };
            await gctx.storage.setItem('seen', true);
            return shop.find((req.params as { id: string }).id);
          },
        },
      },
      {
        shop: {
          default: {
            setup: (gctx: Pick<GlobalContext, 'db'>) => ({
              async find(id: string) {
                const { rows } = await gctx.db.sql`SELECT ${id} AS id, 'secret' AS word`;
                await (await fetch(`${peer.url}/rates?token=hunter2&currency=EUR`)).text();
                return rows?.[0];
              },
            }),
          },
        } as ModuleFile,
      },
    );
    const response = await server.call('/orders/7');
    expect(await response.json()).toEqual({ id: '7', word: 'secret' });

    const [line] = await lineOf('/orders/7');
    const [outer, inner] = ['middleware _middleware.ts', 'middleware orders/_middleware.ts'];
    const parents = Object.fromEntries(
      server
        .spans()
        .map(({ name, parentId }) => [
          name,
          server.spans().find(({ spanId }) => spanId === parentId)?.name ??
            (parentId === line!['spanId'] ? 'request' : parentId),
        ]),
    );
    expect(parents).toEqual({
      'guard orders/_guard.ts': 'request',
      [outer]: 'request',
      [inner]: outer,
      handler: inner,
      'storage setItem': 'handler',
      'shop.find': 'handler',
      SELECT: 'shop.find',
      GET: 'shop.find',
    });
    expect(server.span('SELECT')).toMatchObject({
      kind: 'client',
      attributes: {
        'db.system.name': 'sqlite',
        'db.operation.name': 'SELECT',
        'db.query.text': 'SELECT ? AS id, ? AS word',
      },
    });
    expect(server.span('GET').attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'url.full': `${peer.url}/rates?token=REDACTED&currency=EUR`,
    });
    expect(server.span('shop.find').attributes).toEqual({
      'gati.module': 'shop',
      'gati.method': 'find',
    });
    expect(server.span('storage setItem').attributes['gati.storage.key']).toMatch(/^[\da-f]{16}$/);
    expect(peer.requests[0]!.headers['traceparent']).toBe(
      `00-${line!['traceId'] as string}-${server.span('GET').spanId}-01`,
    );
    expect(new Set(server.spans().map(({ traceId }) => traceId))).toEqual(
      new Set([line!['traceId']]),
    );
  });

  test('the trace of the client continues, with its tracestate', async () => {
    const peer = await startPeer();
    await start({ 'GET /a': { handler: async () => void (await fetch(peer.url)) } });
    const call = async (headers: Record<string, string>): Promise<void> => {
      await (await server.call('/a', { headers })).text();
    };
    await call({ traceparent: `00-${TRACE}-${CLIENT}-01`, tracestate: 'vendor=abc,other=1' });
    await call({ traceparent: 'not one', tracestate: 'vendor=abc' });
    const [first, second] = peer.requests.map(({ headers }) => headers);
    expect(first!['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-01$`));
    expect(first!['tracestate']).toBe('vendor=abc,other=1');
    expect(second!['traceparent']).not.toContain(TRACE);
    expect(second!['tracestate']).toBeUndefined();
  });

  test('an app that sends its own traceparent keeps it', async () => {
    const peer = await startPeer();
    const own = `00-${TRACE}-${CLIENT}-00`;
    await start({
      'GET /a': {
        handler: async () => void (await fetch(peer.url, { headers: { traceparent: own } })),
      },
    });
    await (await server.call('/a')).text();
    expect(peer.requests[0]!.headers['traceparent']).toBe(own);
  });

  test('lines of every logger inside a request have its trace and span', async () => {
    await start(
      {
        'GET /a': {
          handler: (_req, _res, gctx, lctx) => {
            gctx.logger.info('by gctx');
            lctx.logger.info('by lctx');
            (gctx.modules as { mail: { send(): void } }).mail.send();
            throw new TypeError('broken');
          },
        },
      },
      {
        mail: {
          default: {
            setup: ({ logger }: { logger: { info(message: string): void } }) => ({
              send: () => logger.info('by module'),
            }),
          },
        } as ModuleFile,
      },
    );
    expect((await server.call('/a')).status).toBe(500);
    const [line] = await lineOf('/a');
    const spanOf = (message: string): unknown => {
      const found = server.logged.find((each) => each['message'] === message)!;
      expect(found['traceId']).toBe(line!['traceId']);
      return found['spanId'];
    };
    expect(spanOf('by gctx')).toBe(server.span('handler').spanId);
    expect(spanOf('by lctx')).toBe(line!['spanId']);
    expect(spanOf('by module')).toBe(server.span('mail.send').spanId);
    expect(spanOf('a request failed')).toBe(line!['spanId']);
    expect(server.logged.at(-1)).toMatchObject({ route: 'GET /a', version: '1.2.3' });
    expect(server.span('handler').error).toBe('TypeError');
  });

  test('a stream reads the database as a part of its request', async () => {
    await start({
      'GET /a': {
        handler: async function* (_req, _res, gctx) {
          yield (await gctx.db.sql<{ n: number }>`SELECT 1 AS n`).rows;
        },
      },
    });
    await (await server.call('/a')).text();
    const [line] = await lineOf('/a');
    expect(server.span('SELECT').traceId).toBe(line!['traceId']);
  });

  test('a request has at most 500 spans, and the last says how many more there were', async () => {
    await start({
      'GET /a': {
        handler: async (_req, _res, gctx) => {
          for (let n = 0; n < 520; n++) await gctx.storage.hasItem('x');
        },
      },
    });
    await (await server.call('/a')).text();
    await lineOf('/a');
    expect(server.spans()).toHaveLength(500);
    expect(server.spans().at(-1)!.attributes['gati.spans.dropped']).toBe(21);
  });
});

describe('which requests are kept', () => {
  const routes: Record<string, TestRoute> = {
    'GET /ok': { handler: () => 'ok' },
    'GET /error': {
      handler: () => {
        throw new Error('broken');
      },
    },
    'GET /missing': {
      handler: () => {
        throw new HttpError(404, 'missing');
      },
    },
  };
  const handlers = (): number => server.spans().filter(({ name }) => name === 'handler').length;

  test('each that failed, and at most a steady rate of the others', async () => {
    await start(routes, {}, {});
    const started = performance.now();
    for (let n = 0; n < 40; n++) await server.call('/ok');
    const steady = handlers();
    expect(steady).toBeGreaterThanOrEqual(10);
    // Ten at once, and ten a second.
    expect(steady).toBeLessThanOrEqual(11 + (performance.now() - started) / 100);
    for (let n = 0; n < 30; n++) await server.call('/error');
    expect(server.spans().filter(({ error }) => error === 'Error')).toHaveLength(30);
  });

  test('an HttpError below 500 is no failure', async () => {
    await start(routes);
    await server.call('/missing');
    await lineOf('/missing');
    expect(server.span('handler').error).toBeUndefined();
  });

  test('each that its client samples', async () => {
    await start(routes, {}, {});
    for (let n = 0; n < 40; n++)
      await server.call('/ok', { headers: { traceparent: `00-${TRACE}-${CLIENT}-01` } });
    expect(handlers()).toBe(40);
  });

  test('none with OTEL_TRACES_SAMPLER=always_off, even of those that failed', async () => {
    await start(routes, {}, { OTEL_TRACES_SAMPLER: 'always_off' });
    await server.call('/error');
    await lineOf('/error');
    expect(server.spans()).toEqual([]);
  });

  test('a share by trace id with traceidratio', async () => {
    await start(
      routes,
      {},
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
    );
    const call = (traceId: string): Promise<Response> =>
      server.call('/ok', { headers: { traceparent: `00-${traceId}-${CLIENT}-00` } });
    await call('00000000000000000080000000000000');
    await call('ffffffffffffffffff70000000000000');
    expect(server.spans().map(({ traceId }) => traceId)).toEqual([
      '00000000000000000080000000000000',
    ]);
  });

  test('those that their client decided with a parentbased sampler', async () => {
    await start(routes, {}, { OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    for (const flag of ['00', '01'])
      await server.call('/ok', { headers: { traceparent: `00-${TRACE}-${CLIENT}-${flag}` } });
    await server.call('/ok');
    expect(server.spans()).toHaveLength(1);
  });
});

/** Waits for the access log. */
async function lineOf(path: string): Promise<Record<string, unknown>[]> {
  await expect.poll(() => server.lines.some((line) => line['path'] === path)).toBe(true);
  return server.lines.filter((line) => line['path'] === path);
}

test.each([
  [undefined, { agent: 'node', asked: '', sdk: 'shop/1.2.0', subject: 'a4c14f1b068bf2c6' }],
  [{ GATI_CALLER_IDS: 'off' }, { agent: 'node', asked: '', sdk: 'shop/1.2.0' }],
])('the line of an error names the caller, with GATI_CALLER_IDS in %j', async (env, caller) => {
  await start(
    {
      'GET /orders': {
        guards: [async () => ({ user: { id: 'ada@shop.example', name: 'Ada' } })],
        guardPlaces: ['src/handlers/_guard.ts:3'],
        handler: () => {
          throw new TypeError('no ledger');
        },
      },
    },
    {},
    env,
  );
  const headers = { 'user-agent': 'node', 'x-gati-sdk': 'shop/1.2.0' };
  expect((await server.call('/orders', { headers })).status).toBe(500);
  expect(server.logged.find(({ level }) => level === 'error')?.caller).toEqual(caller);
});

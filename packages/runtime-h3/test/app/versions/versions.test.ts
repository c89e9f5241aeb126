import { ServerResponse } from 'node:http';
import { sendRaw } from '@gati/test-kit/sockets';
import { afterEach, describe, expect, test } from 'vitest';
import type { ServedRelease } from '../../../src/types/served-release.ts';
import { bundle } from '../../helpers/bundle.ts';
import { release } from '../../helpers/releases.ts';
import { client } from '../../helpers/socket-client.ts';
import { adapters, overNode, type Target } from '../../helpers/target.ts';

const socket = (version: string) => ({
  socket: { open: (peer: { send(message: unknown): void }) => peer.send(version) },
});

const FIVE: ServedRelease[] = [
  release('1.0.0', '2026-01-01T00:00:00Z', { status: 'retired' }),
  release('1.1.0', '2026-02-01T00:00:00Z', {
    status: 'deprecated',
    deprecatedAt: '2026-05-01T00:00:00Z',
    sunsetAt: '2027-01-01T00:00:00Z',
    lazy: true,
    routes: {
      'GET /which': { handler: () => ({ version: '1.1.0' }) },
      'DELETE /gone': { handler: () => ({}) },
      'WS /live': socket('1.1.0'),
    },
  }),
  release('2.0.0', '2026-04-01T00:00:00Z', { status: 'withdrawn' }),
  release('2.0.1', '2026-05-01T00:00:00Z', {
    routes: {
      'GET /which': { handler: () => ({ version: '2.0.1' }) },
      'WS /live': socket('2.0.1'),
    },
    document: () => Promise.resolve('{"openapi":"3.1.0"}'),
  }),
  release('3.0.0', '2026-06-01T00:00:00Z', { status: 'staged' }),
];
const LIST = [
  {
    version: '2.0.1',
    id: 'rel_2.0.1',
    date: '2026-05-01T00:00:00Z',
    status: 'live',
    docs: '/versions/2.0.1',
  },
  { version: '1.1.0', id: 'rel_1.1.0', date: '2026-02-01T00:00:00Z', status: 'deprecated' },
];

describe.each(adapters)('over %s', (_name, open) => {
  let target: Target;
  const start = async (list: ServedRelease[] = FIVE, options: object = {}): Promise<void> => {
    const served = { list };
    target = await open(bundle({}), { releases: () => served, ...options });
  };
  const ask = async (version?: string, path = '/which'): Promise<[number, unknown]> => {
    const response = await target.call(
      path,
      version === undefined ? {} : { headers: { 'x-api-version': version } },
    );
    const body = (await response.json()) as { version?: string; code?: string };
    return [response.status, body.version ?? body.code];
  };
  afterEach(() => target.close());

  test.each([
    ['2026-05-01', 200, '2.0.1'],
    ['2026-04-30T12:00:00+02:00', 200, '1.1.0'],
    ['1.1.0', 200, '1.1.0'],
    ['^1', 200, '1.1.0'],
    ['>=1 <3', 200, '2.0.1'],
    ['2.0.0', 200, '2.0.0'],
    ['1.0.0', 410, 'version_retired'],
    ['3.0.0', 406, 'version_unknown'],
    ['2025-01-01', 406, 'version_unknown'],
    ['2999-01-01', 400, 'version_future'],
    ['v1', 400, 'version_malformed'],
    ['', 400, 'version_malformed'],
    ['1.1.0, 2.0.1', 400, 'version_duplicate'],
    [undefined, 300, 'version_missing'],
  ])('the version %s resolves to %i %s', async (version, status, expected) => {
    await start();
    expect(await ask(version)).toEqual([status, expected]);
    // Again, from the cache.
    expect(await ask(version)).toEqual([status, expected]);
  });

  test('responds 300 with the choice and a curl command when the version is missing', async () => {
    await start();
    const response = await target.call('/which?x=1');
    const body = (await response.json()) as { versions: unknown; curl: string };
    expect(body.versions).toEqual(LIST);
    expect(body.curl).toMatch(
      /^curl -H 'X-API-Version: 2\.0\.1' '(?:http:\/\/[\w.:]+)?\/which\?x=1'$/,
    );
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('location')).toBe(null);
    expect(response.headers.get('vary')).toBe('X-API-Version');
    expect(response.headers.get('x-api-version')).toBe(null);
    expect(response.headers.get('link')).toBe(
      '</versions>; rel="version-history", <?api-version=2.0.1>; rel="alternate"; title="2.0.1", <?api-version=1.1.0>; rel="alternate"; title="1.1.0"',
    );
  });

  test('lists the versions in each version error', async () => {
    await start();
    for (const version of ['v1', '1.0.0', '9.0.0']) {
      const response = await target.call('/which', { headers: { 'x-api-version': version } });
      const { versions } = (await response.json()) as { versions: { version: string }[] };
      expect(versions.slice(0, 2)).toEqual(LIST);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('names the release, its deprecation and its successor on each response', async () => {
    await start();
    const old = (await target.call('/which?api-version=%5E1')).headers;
    expect(Object.fromEntries(old)).toMatchObject({
      'x-api-version': '1.1.0',
      'x-gati-release': 'rel_1.1.0',
      vary: 'X-API-Version',
      link: '<?api-version=2.0.1>; rel="successor-version", <?api-version=2.0.1>; rel="latest-version", </versions>; rel="version-history"',
      deprecation: '@1777593600',
      sunset: 'Fri, 01 Jan 2027 00:00:00 GMT',
    });
    const latest = (await target.call('/which?api-version=2.0.1')).headers;
    expect(latest.get('link')).toBe(
      '<?api-version=2.0.1>; rel="latest-version", </versions>; rel="version-history"',
    );
    expect([latest.get('deprecation'), latest.get('sunset')]).toEqual([null, null]);
  });

  test('takes the version from the query and removes it there', async () => {
    const routes = { 'GET /which': { handler: (req: { query: unknown }) => req.query } };
    await start([
      release('1.0.0', '2026-01-01', { routes }),
      release('2.0.0', '2026-02-01', { routes }),
    ]);
    expect(await (await target.call('/which?a=1&api%2Dversion=^1.0&b=2')).json()).toEqual({
      a: '1',
      b: '2',
    });
    expect((await target.call('/which?api-version=1.0.0&api-version=1.0.0')).status).toBe(400);
    expect(
      (await target.call('/which?api-version=1.0.0', { headers: { 'x-api-version': '1.0.0' } }))
        .status,
    ).toBe(400);
    expect(
      (await target.call('/which?api-version=2026-01-15T00:00:00+02:00')).headers.get(
        'x-api-version',
      ),
    ).toBe('1.0.0');
  });

  test('serves a missing version by the rule of the route, else of the app', async () => {
    const list = (policy?: string): ServedRelease[] => [
      release('1.0.0', '2026-01-01', { policy: '^1' }),
      release('1.1.0', '2026-02-01'),
      release('2.0.0', '2026-03-01', policy === undefined ? {} : { policy }),
    ];
    for (const [policy, expected] of [
      ['latest', '2.0.0'],
      ['oldest', '1.0.0'],
      ['^1', '1.1.0'],
      ['2026-01-31', '1.0.0'],
    ] as const) {
      await start(list(policy));
      expect(await ask()).toEqual([200, expected]);
      expect((await target.call('/which', { method: 'HEAD' })).headers.get('x-api-version')).toBe(
        expected,
      );
      await target.close();
    }
    for (const [missingVersion, expected] of [
      ['latest', 200],
      ['oldest', 200],
      ['choose', 300],
    ] as const) {
      await start(list(), { missingVersion });
      expect((await target.call('/which')).status).toBe(expected);
      await target.close();
    }
    const served = { list: list(), current: '1.1.0' };
    target = await open(bundle({}), { releases: () => served, missingVersion: 'latest' });
    expect(await ask()).toEqual([200, '1.1.0']);
  });

  test('serves a missing version with the only live release', async () => {
    await start([FIVE[0]!, FIVE[2]!, FIVE[3]!]);
    expect(await ask()).toEqual([200, '2.0.1']);
    expect(await ask('1.0.0')).toEqual([410, 'version_retired']);
  });

  test('serves any version with the only release in development', async () => {
    await start([FIVE[3]!], { mode: 'development' });
    expect(await ask('9.0.0')).toEqual([200, '2.0.1']);
    expect(await ask('nonsense')).toEqual([400, 'version_malformed']);
  });

  test('applies version rules only to paths that a release has', async () => {
    await start();
    expect((await target.call('/nothing')).status).toBe(404);
    expect((await target.call('/nothing', { headers: { 'x-api-version': 'v1' } })).status).toBe(
      404,
    );
    const gone = await target.call('/gone', {
      method: 'DELETE',
      headers: { 'x-api-version': '^2' },
    });
    expect([gone.status, ((await gone.json()) as { detail: string }).detail]).toEqual([
      404,
      'This version has no route at this path, but another version has one.',
    ]);
  });

  test('responds to a preflight with a release that has the route', async () => {
    await start(FIVE, { cors: { origins: ['https://a.example'] } });
    const preflight = async (path: string, method: string): Promise<[number, string | null]> => {
      const response = await target.call(path, {
        method: 'OPTIONS',
        headers: { origin: 'https://a.example', 'access-control-request-method': method },
      });
      return [response.status, response.headers.get('access-control-allow-methods')];
    };
    expect(await preflight('/gone?api-version=nonsense', 'DELETE')).toEqual([
      204,
      'DELETE, OPTIONS',
    ]);
    expect(await preflight('/which', 'GET')).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(await preflight('/nothing', 'GET')).toEqual([404, null]);
  });

  test('lists the versions at /versions, unless the app has that route', async () => {
    await start(FIVE, { base: '/api' });
    const docs = { docs: '/api/versions/2.0.1' };
    const response = await target.call('/api/versions', {
      headers: { 'x-api-version': 'whatever' },
    });
    expect(await response.json()).toEqual({
      versions: [
        { ...LIST[0], ...docs },
        LIST[1],
        { version: '1.0.0', id: 'rel_1.0.0', date: '2026-01-01T00:00:00Z', status: 'retired' },
      ],
    });
    expect(await (await target.call('/api/versions/2.0.1')).json()).toEqual({ openapi: '3.1.0' });
    expect((await target.call('/api/versions/1.1.0')).status).toBe(404);
    expect((await target.call('/versions')).status).toBe(404);
    await target.close();
    await start([
      release('1.0.0', '2026-01-01', {
        routes: { 'GET /versions': { handler: () => ({ mine: true }) } },
      }),
    ]);
    expect(await (await target.call('/versions')).json()).toEqual({ mine: true });
  });

  test('keeps the OpenAPI documents to itself with `expose.openapi: false`', async () => {
    await start(FIVE, { expose: { openapi: false } });
    expect((await target.call('/versions/2.0.1')).status).toBe(404);
    const list = await (await target.call('/versions')).text();
    expect(list).toContain('2.0.1');
    expect(list).not.toContain('docs');
    expect((await target.call('/which', { headers: { 'x-api-version': '2.0.1' } })).status).toBe(
      200,
    );
  });

  test('responds 503 only to requests for a release that does not load', async () => {
    let tries = 0;
    const broken = release('1.0.0', '2026-01-01', {
      bundle: () =>
        tries++ === 0
          ? Promise.reject(new Error('no such file'))
          : Promise.resolve(bundle({ 'GET /which': { handler: () => ({ version: '1.0.0' }) } })),
    });
    await start([broken, release('2.0.0', '2026-02-01')]);
    expect(await ask('1.0.0')).toEqual([503, 'release_unavailable']);
    expect(await ask('2.0.0')).toEqual([200, '2.0.0']);
    expect(await ask('1.0.0')).toEqual([200, '1.0.0']);
    expect(target.logged).toEqual([expect.objectContaining({ code: 'GATI_RELEASE_LOAD' })]);
  });

  test('reports the open requests and the idle time of a release', async () => {
    let finish = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (finish = resolve));
    const first = release('1.0.0', '2026-01-01', {
      routes: { 'GET /which': { handler: () => waiting.then(() => ({ version: '1.0.0' })) } },
    });
    await start([first]);
    const made = (await first.bundle()) as never;
    expect(target.app.releaseUsage(made)).toEqual({ open: 0, idle: 0 });
    const pending = ask();
    while (target.app.releaseUsage(made).open === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    finish();
    expect(await pending).toEqual([200, '1.0.0']);
    expect(target.app.releaseUsage(made).open).toBe(0);
    expect(target.app.releaseUsage(made).idle).toBeGreaterThanOrEqual(0);
  });
});

describe('over node alone', () => {
  let target: Target;
  afterEach(() => target.close());

  test('responds 400 to a version that is sent twice, in two lines or in one', async () => {
    target = await overNode(bundle({}), { releases: () => served });
    const served = { list: FIVE };
    const lines = (fields: string): string =>
      `GET /which HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields}\r\n\r\n`;
    expect(
      await sendRaw(target.port, [lines('X-API-Version: 1.1.0\r\nX-API-Version: 2.0.1')]),
    ).toContain('version_duplicate');
    expect(
      await sendRaw(target.port, [lines('X-API-Version: 1.1.0\r\nx-api-version: 1.1.0')]),
    ).toContain('400 Bad Request');
  });

  test('passes a path that no release has to the next handler, but not another method of a route', async () => {
    const served = { list: FIVE };
    target = await overNode(bundle({}), { releases: () => served });
    const outcome = (url: string, headers = {}): Promise<unknown> =>
      new Promise((resolve) => {
        const req = { method: 'GET', url, headers, socket: {}, complete: true } as never;
        const res = new ServerResponse(req);
        res.end = () => (resolve(res.statusCode), res);
        target.app.handleNodeRequest(req, res, () => resolve('next'));
      });
    expect(await outcome('/page')).toBe('next');
    expect(await outcome('/page', { 'x-api-version': '9.9.9' })).toBe('next');
    expect(await outcome('/gone', { 'x-api-version': '2.0.1' })).toBe(404);
    expect(await outcome('/gone')).toBe(300);
    expect(await outcome('/versions')).toBe(200);
  });

  test('opens a WebSocket in the version of its header or query', async () => {
    const served = { list: FIVE };
    target = await overNode(bundle({}), { releases: () => served });
    const first = async (path: string, headers = {}): Promise<string> => {
      const peer = await client(target.port, path, headers);
      const message = await peer.next();
      peer.close(1000);
      await peer.closed;
      return message;
    };
    expect(await first('/live?api-version=1.1.0')).toBe('"1.1.0"');
    expect(await first('/live', { 'X-API-Version': '^2' })).toBe('"2.0.1"');
    await expect(first('/live')).rejects.toThrow(/300 Multiple Choices[^]*version_missing/);
    await expect(first('/live?api-version=1.0.0')).rejects.toThrow(/410 Gone/);
    await expect(first('/live?api-version=nonsense')).rejects.toThrow(/400 Bad Request/);
    await expect(first('/live?api-version=2.0.0')).rejects.toThrow(/404 Not Found/);
    await expect(first('/none?api-version=x')).rejects.toThrow(/404 Not Found/);
    const [one] = served.list.filter(({ version }) => version === '2.0.1');
    const made = (await one!.bundle()) as never;
    while (target.app.releaseUsage(made).open > 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

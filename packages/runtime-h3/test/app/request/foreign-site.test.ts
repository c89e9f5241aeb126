import { sendRaw } from '@gati/test-kit/sockets';
import { describe, expect, test } from 'vitest';
import type { TestRoute } from '../../helpers/bundle.ts';
import { adapters, overNode, useTarget } from '../../helpers/target.ts';

const text = { type: 'object', properties: { a: { type: 'string' } } } as const;
const kinds = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

const foreign: [name: string, headers: Record<string, string>][] = [
  ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
  [
    'a Sec-Fetch-Site and an Origin',
    { 'sec-fetch-site': 'cross-site', origin: 'https://a.example' },
  ],
  ['an Origin of another host', { origin: 'https://evil.example' }],
  ['an opaque Origin', { origin: 'null' }],
  ['an Origin that is not a URL', { origin: 'evil' }],
];
const simpleTypes = [
  'application/x-www-form-urlencoded',
  'Application/X-WWW-Form-Urlencoded; charset=utf-8',
  'multipart/form-data; boundary=b',
  'text/plain',
  'TEXT/PLAIN;charset=UTF-8',
];

describe.each(adapters)('forms of other sites over %s', (_name, open) => {
  const target = useTarget(open);
  const ran: string[] = [];
  const handler: TestRoute['handler'] = (req) => void ran.push(req.method);
  const routes: Record<string, TestRoute> = {
    'POST /form': { body: text, contentTypes: kinds, optional: true, handler },
    'POST /open': { handler, allowCrossSite: true },
    'POST /json': { body: text, optional: true, handler },
    'POST /any': { handler },
    'PUT /any': { handler },
    'GET /any': { handler },
  };
  const post = (
    path: string,
    type: string | undefined,
    headers: Record<string, string>,
    method = 'POST',
  ): Promise<Response> =>
    target.call(path, {
      method,
      headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers },
      ...(type === undefined ? {} : { body: new TextEncoder().encode('a=1') }),
    });

  describe.each(['production', 'development'] as const)('in %s', (mode) => {
    test.each(foreign)(
      'rejects what %s sends, in each simple content type',
      async (_n, headers) => {
        await target.start(routes, { mode });
        ran.length = 0;
        for (const type of [...simpleTypes, undefined]) {
          for (const path of ['/form', '/any', '/json']) {
            const response = await post(path, type, headers);
            expect([response.status, await response.json()]).toMatchObject([
              403,
              { code: 'foreign_origin' },
            ]);
          }
          expect((await post('/any', type, headers, 'PUT')).status).toBe(403);
        }
        expect(ran).toEqual([]);
      },
    );

    test('accepts forms from the same site, from the address bar and from programs', async () => {
      const { port } = await target.start(routes, { mode });
      const own = port === 0 ? 'http://localhost' : `http://127.0.0.1:${port}`;
      for (const headers of [
        {},
        { 'sec-fetch-site': 'same-origin' },
        { 'sec-fetch-site': 'same-origin', origin: 'https://behind-a-proxy.example' },
        { 'sec-fetch-site': 'none' },
        { origin: own },
      ] as Record<string, string>[])
        expect((await post('/form', simpleTypes[0], headers)).status).toBe(204);
    });
  });

  test('takes forms of other sites where the route allows them', async () => {
    await target.start(routes);
    for (const [, headers] of foreign)
      for (const type of simpleTypes) expect((await post('/open', type, headers)).status).toBe(204);
  });

  test('takes forms of origins that `cors` allows', async () => {
    await target.start(routes, { cors: { origins: ['https://a.example'] } });
    const from = (headers: Record<string, string>): Promise<Response> =>
      post('/form', simpleTypes[0], headers);
    expect((await from({ origin: 'https://a.example' })).status).toBe(204);
    expect(
      (await from({ origin: 'https://a.example', 'sec-fetch-site': 'cross-site' })).status,
    ).toBe(204);
    expect((await from({ origin: 'https://b.example' })).status).toBe(403);
    expect((await from({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
  });

  test('reads a forwarded host only from a trusted proxy', async () => {
    const headers = {
      origin: 'https://shop.example',
      'x-forwarded-host': 'Shop.example:443, inner',
    };
    for (const [trustProxy, status] of [
      [undefined, 403],
      [0, 403],
      [1, 204],
      [['10.9.0.0/16'], 403],
    ] as const) {
      const started = await target.start(routes, { trustProxy: trustProxy as number });
      expect((await post('/form', simpleTypes[0], headers)).status).toBe(status);
      await started.close();
    }
  });

  test('leaves safe methods and content types with a preflight to CORS', async () => {
    await target.start(routes);
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await target.call('/any', { headers: evil })).status).toBe(204);
    expect((await post('/any', 'application/json', evil)).status).toBe(400);
    expect((await post('/any', 'application/octet-stream', evil)).status).toBe(204);
  });

  test('responds 415 to JSON with a simple content type from the own site', async () => {
    await target.start(routes);
    for (const type of simpleTypes)
      expect((await post('/json', type, { 'sec-fetch-site': 'same-origin' })).status).toBe(415);
  });
});

describe('forms of other sites over a socket', () => {
  const target = useTarget(overNode);

  test('a form of another site is rejected before its body is read', async () => {
    const { port } = await target.start({ 'POST /a': { handler: () => 'ran' } });
    const response = await sendRaw(port, [
      'POST /a HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n',
    ]);
    expect(response).toMatch(/^HTTP\/1\.1 403 [\s\S]*foreign_origin/);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleContract, type RouteContract } from '@gati/contract';
import { type AnyCredentials, createCaller, createConnect } from '../../src/client/index.ts';
import { toReadme } from '../../src/emit/sdk/readme.ts';
import { toPage } from '../../src/emit/sdk/route-page.ts';
import { emitClient } from '../../src/emit/client/client.ts';
import { createTypedApp, type TypedApp } from '../emit/helpers/typed-app.ts';
import { route } from '../helpers/client-contract.ts';
import { useServer } from '../helpers/client-server.ts';

const server = useServer();
const settings = {
  version: '1.2.3',
  base: '',
  open: ['GET /open', 'WS /open'],
  keys: [
    { in: 'header', name: 'X-Key' },
    { in: 'query', name: 'key' },
  ],
} as const;

const sent = async (
  credentials: AnyCredentials,
  id = 'GET /in',
  headers: Record<string, string> = {},
): Promise<{ url: string; authorization: string | undefined; key: unknown }> => {
  await createCaller(settings, { baseUrl: server.url, ...credentials })(id, { headers });
  const { url, headers: got } = server.seen.at(-1)!;
  return { url, authorization: got.authorization, key: got['x-key'] };
};

describe('the credentials of a client', () => {
  test('reads the token for each call that needs it', async () => {
    let reads = 0;
    const token = async (): Promise<string> => `t${++reads}`;
    expect((await sent({ token })).authorization).toBe('Bearer t1');
    expect((await sent({ token })).authorization).toBe('Bearer t2');
    expect((await sent({ token }, 'GET /open')).authorization).toBeUndefined();
    expect((await sent({ token }, 'GET /in', { Authorization: 'Own x' })).authorization).toBe(
      'Own x',
    );
    expect(reads).toBe(2);
    expect((await sent({ token: () => undefined })).authorization).toBeUndefined();
  });

  test('encodes a name and a password in UTF-8', async () => {
    const { authorization } = await sent({ basic: { username: 'ä', password: 'p:ß' } });
    expect(Buffer.from(authorization!.slice('Basic '.length), 'base64').toString()).toBe('ä:p:ß');
  });

  test('sends keys in headers and queries', async () => {
    expect(await sent({ apiKey: { 'X-Key': 'a', key: async () => 'b c' } })).toEqual({
      url: '/in?key=b+c',
      authorization: undefined,
      key: 'a',
    });
    expect(await sent({ apiKey: 'a' }, 'GET /open')).toMatchObject({
      url: '/open',
      key: undefined,
    });
    expect((await sent({ apiKey: 'a' }, 'GET /in', { 'x-key': 'own' })).key).toBe('own');
  });

  test('sends keys in the query of a WebSocket', () => {
    const urls: string[] = [];
    class Recorder {
      binaryType = '';
      readyState = 0;
      constructor(url: string) {
        urls.push(url);
      }
      send(): void {}
      close(): void {}
      addEventListener(): void {}
    }
    const connect = createConnect(settings, {
      baseUrl: 'https://a.example',
      WebSocket: Recorder as never,
      apiKey: { 'X-Key': 'a', key: () => 'b' },
    } as AnyCredentials);
    connect('WS /live');
    connect('WS /open');
    expect(urls).toEqual([
      'wss://a.example/live?api-version=1.2.3&key=b',
      'wss://a.example/open?api-version=1.2.3',
    ]);
  });
});

const clientOf = (...routes: RouteContract[]): string =>
  emitClient(assembleContract({ routes: routes.map((contract) => ({ contract, $defs: {} })) }), {
    version: '1.0.0',
  });

const USES = `import { createClient } from '../.gati/generated/client';
import { createClient as createKeyed } from '../.gati/generated/keyed';
import { createClient as createPlain } from '../.gati/generated/plain';

createClient({ token: 'a', basic: { username: 'a', password: 'b' }, apiKey: async () => 'k' });
createClient({ token: () => undefined, timeout: 5 });
createClient();
// @ts-expect-error -- a token is a text
createClient({ token: 1 });
// @ts-expect-error -- there is one key only
createClient({ apiKey: { 'X-Key': 'a' } });
createKeyed({ apiKey: { 'X-Key': 'a', key: () => 'b' } });
// @ts-expect-error -- no route takes this key
createKeyed({ apiKey: { nope: 'a' } });
// @ts-expect-error -- no route takes a token
createKeyed({ token: 'a' });
// @ts-expect-error -- no route takes credentials
createPlain({ token: 'a' });
`;

describe('the types of a client', () => {
  let app: TypedApp;
  beforeAll(async () => {
    app = await createTypedApp();
    app.write({
      '.gati/generated/client.ts': clientOf(
        route('GET /a', ['a'], { security: [[{ type: 'bearer' }], [{ type: 'basic' }]] }),
        route('GET /b', ['b'], { security: [[{ type: 'apiKey', in: 'header', name: 'X-Key' }]] }),
        route('GET /c', ['c'], { security: [] }),
      ),
      '.gati/generated/keyed.ts': clientOf(
        route('GET /a', ['a'], { security: [[{ type: 'apiKey', in: 'header', name: 'X-Key' }]] }),
        route('GET /b', ['b'], { security: [[{ type: 'apiKey', in: 'query', name: 'key' }]] }),
        route('GET /c', ['c'], { security: [[{ type: 'apiKey', in: 'cookie', name: 'sid' }]] }),
      ),
      '.gati/generated/plain.ts': clientOf(route('GET /a', ['a'])),
      'src/uses.ts': USES,
    });
  });
  afterAll(() => app.remove());

  test('the types of a client have the credentials that its routes require', async () => {
    expect(await app.check('TypeScript 7')).toEqual([]);
  });

  test('an SDK describes them', () => {
    const contract = assembleContract({
      routes: [
        route('GET /a', ['a'], {
          security: [
            [{ type: 'bearer', scopes: ['read'] }],
            [{ type: 'apiKey', in: 'header', name: 'X-Key' }],
          ],
        }),
        route('GET /b', ['b'], { security: [[{ type: 'basic' }], []] }),
        route('GET /c', ['c'], { security: [] }),
      ].map((each) => ({ contract: each, $defs: {} })),
    });
    const readme = toReadme({ packageName: 'x', version: '1.0.0', contract, pages: new Map() });
    expect(readme).toContain('| `token` | sent as');
    expect(readme).toContain('| `apiKey` | the key');
    const page = (index: number): string =>
      toPage(contract.routes[index]!, { text: '', plain: true }, contract);
    expect(page(0)).toContain('Requires credentials: bearer (read) or apiKey X-Key.');
    expect(page(1)).toContain('Takes credentials: basic.');
    expect(page(2)).not.toContain('credentials');
  });

  test('a client knows which routes get none', () => {
    const text = clientOf(
      route('GET /a', ['a'], { security: [[{ type: 'bearer' }]] }),
      route('GET /b', ['b'], { security: [] }),
      route('GET /c', ['c']),
    );
    expect(text).toContain("const settings = { version, base: '', open: ['GET /b', 'GET /c'] };");
  });
});

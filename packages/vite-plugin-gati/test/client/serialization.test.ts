import { fileURLToPath } from 'node:url';
import { toOpenApi, type OpenApiDocument } from '@gati/contract';
import WebSocket from 'crossws/websocket';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp as AppUnderTest } from '../../../runtime-h3/src/testing/index.ts';
import type { ReleaseBundle } from '../../../runtime-h3/src/types/bundle.ts';
import type { CallRequest, Caller, Connection } from '../../src/client/index.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { type DevApp, startDev } from '../helpers/dev.ts';
import { writeParameters } from './helpers/openapi-parameters.ts';

/** A value as a client passes it, and what the handler gets if that differs. */
type Value = [sent: unknown, got?: unknown];

/** TypeScript of a field, with values. An empty path segment and an empty list have no path. */
const TYPES: Record<string, Value[]> = {
  string: [['a'], ['a b/c?&=+%ü'], ['null'], ['5'], ['[1]']],
  number: [[0], [-1.5], [1e21]],
  boolean: [[true], [false]],
  Date: [[new Date(0)]],
  bigint: [[12345678901234567890n]],
  "'a' | 'b' | 1": [['a'], [1]],
  'number | null': [[5], [null]],
  'boolean | null': [[true], [null]],
  'string | null': [['a'], [null]],
  'Date | null': [[new Date(0)], [null]],
  "'a' | null": [['a'], [null]],
  'string[]': [[['a', 'b']], [['a']], [[]]],
  'number[]': [[[1, 2]], [[]]],
  'Date[]': [[[new Date(0), new Date(1)]]],
  'bigint[]': [[[1n, 2n]]],
  '(number | null)[]': [[[1, null]]],
  '(string | null)[]': [[['a', null]], [[]]],
  'string[] | null': [[['a', 'b']], [[]], [null]],
  'number | number[]': [[[1, 2]], [5]],
  'Set<string>': [[['a', 'b'], new Set(['a', 'b'])]],
  '[number, string]': [[[1, 'a']]],
  '[number, string?]': [[[1, 'a']], [[1]]],
  '[string, { a: number }]': [[['x', { a: 1 }]]],
  'string[][]': [[[['a', 'b'], [], ['c']]], [[]]],
  '{ a: number; b: string[]; c: null; d?: Date }': [
    [{ a: 1, b: ['ü', '/'], c: null, d: new Date(0) }],
    [{ a: 1, b: [], c: null }],
  ],
  '{ a: number }[]': [[[{ a: 1 }, { a: 2 }]], [[]]],
  'Record<string, bigint>': [[{ a: 1n }]],
  '{ a: { b: number } } | string': [[{ a: { b: 1 } }], ['x'], ['5'], ['"x"']],
  '{ a: number } | null': [[{ a: 1 }], [null]],
  "{ a: number } | 'all'": [[{ a: 1 }], ['all']],
};

const PLACES = ['params', 'query', 'headers', 'form', 'multipart', 'json', 'socket'] as const;
type Place = (typeof PLACES)[number];

/** Types that a place has no text for. The build reports them. */
const isPossible = (type: string, place: Place): boolean =>
  place !== 'params' ||
  !/^(number|boolean|string|Date|'a') \| null$|^\(number \| null\)/.test(type);

/** Values that a client can't write: it throws before the call. */
function isWritable(value: unknown, type: string, place: Place): boolean {
  const isEmpty = Array.isArray(value) && value.length === 0;
  return place !== 'params' || !isEmpty || /\[\]\[\]|null|\{/.test(type);
}

const cases = Object.entries(TYPES).map(([type, values], index) => ({ type, values, index }));
const combinations = PLACES.flatMap((place) =>
  cases.filter(({ type }) => isPossible(type, place)).map((each) => ({ place, ...each })),
);

const routeOf = (place: Place, index: number): string =>
  place === 'params'
    ? `GET /params${index}/:v`
    : `${place === 'query' || place === 'headers' ? 'GET' : place === 'socket' ? 'WS' : 'POST'} /${place}${index}`;

const TAG = `
const tag = (value: any): any =>
  value instanceof Date ? { $date: value.toISOString() }
  : typeof value === 'bigint' ? { $bigint: String(value) }
  : value instanceof Set ? { $set: [...value].map(tag) }
  : Array.isArray(value) ? value.map(tag)
  : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, tag(v)]))
  : value === undefined ? { $undefined: true } : value;
`;

const tag = new Function(`${TAG.replace('(value: any): any', '(value)')} return tag;`)() as (
  value: unknown,
) => unknown;

function handlerOf(place: Place, type: string, index: number): string {
  const route = `${TAG}export const route = '${routeOf(place, index)}';\n`;
  if (place === 'socket')
    return `${route}export type Receive = { v: ${type} };
export const socket: Socket<typeof route> = { message(peer, message) { peer.send({ got: tag(message.v) }); } };`;
  const reply = (from: string): string =>
    `export const handler: Handler<typeof route> = (req) => ({ got: tag(req.${from}.v) });\n`;
  if (place === 'params') return `${route}export type Params = { v: ${type} };\n${reply('params')}`;
  if (place === 'query') return `${route}export type Query = { v: ${type} };\n${reply('query')}`;
  if (place === 'headers')
    return `${route}export type Headers = { v: ${type} };\n${reply('headers')}`;
  const body = `export type Body = { v: ${type}${place === 'multipart' ? '; file: File' : ''} };\n`;
  const accept = place === 'form' ? "export const accept = ['form'];\n" : '';
  return `${route}${accept}${body}${reply('body')}`;
}

function requestOf(place: Place, v: unknown): CallRequest {
  if (place === 'params') return { params: { v } };
  if (place === 'query') return { query: { v } };
  if (place === 'headers') return { headers: { v } };
  return { body: place === 'multipart' ? { v, file: new File(['x'], 'x.txt') } : { v } };
}

let app: TestApp;
let dev: DevApp;
let under: AppUnderTest;
let document: OpenApiDocument;
let client: {
  createCall(options: object): Caller;
  createClient(options: object): unknown;
};
beforeAll(async () => {
  app = await createTestApp(
    Object.fromEntries(
      combinations.map(({ place, type, index }) => [
        `src/handlers/${place}${index}.ts`,
        handlerOf(place, type, index),
      ]),
    ),
  );
  const alias = {
    'vite-plugin-gati/client': fileURLToPath(new URL('../../src/client/index.ts', import.meta.url)),
  };
  dev = await startDev(app.root, { parts: {}, config: { resolve: { alias } } });
  client = (await dev.server.ssrLoadModule('virtual:gati/client')) as typeof client;
  const { default: release } = (await dev.server.ssrLoadModule('virtual:gati/release')) as {
    default: ReleaseBundle;
  };
  document = toOpenApi(release.contract, { title: 'app', version: '1.0.0' });
  under = await testApp({ release });
});
afterAll(async () => {
  await under.close();
  await dev.close();
  await app.dispose();
});

describe.each(PLACES)('a value in the place %s', (place) => {
  test.each(combinations.filter((one) => one.place === place))(
    'of the type $type arrives as it was sent',
    async ({ type, values, index }) => {
      const route = routeOf(place, index);
      for (const [sent, got = sent] of values.filter(([value]) => isWritable(value, type, place))) {
        const expected = { got: tag(got) };
        if (place === 'socket') {
          expect(await echo(route, { v: sent })).toEqual(expected);
          continue;
        }
        const requests: Request[] = [];
        const call = client.createCall({
          baseUrl: dev.url,
          fetch: (request: Request) => (requests.push(request.clone()), fetch(request)),
        });
        const { data, error } = (await call(route, requestOf(place, sent))) as never;
        expect(error ?? data, `client: ${JSON.stringify(tag(sent))}`).toEqual(expected);
        const response = await under.call(route as never, requestOf(place, sent) as never);
        expect(response.body, `testApp: ${JSON.stringify(tag(sent))}`).toEqual(expected);
        if (place === 'params' || place === 'query' || place === 'headers')
          expectDescribed(route, place, sent, requests[0]!);
      }
    },
  );
});

/** Compares a request with the one that an OpenAPI client writes. */
function expectDescribed(route: string, place: string, sent: unknown, request: Request): void {
  const [method = '', path = ''] = route.split(' ');
  const operation = document.paths[path.replace(':v', '{v}')]![method.toLowerCase() as 'get']!;
  const wire = JSON.parse(
    JSON.stringify(sent, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    ) ?? 'null',
  ) as unknown;
  const described = writeParameters(path.replace(':v', '{v}'), operation, { v: wire });
  const { pathname, searchParams } = new URL(request.url);
  expect(unescape(decodeURIComponent(pathname))).toBe(decodeURIComponent(described.path));
  expect(searchParams.toString()).toBe(new URLSearchParams(described.query).toString());
  if (place === 'headers') {
    const header = request.headers.get('v');
    expect(header === null ? null : unescape(header)).toBe(described.header ?? null);
  }
}

/** JSON in a header has escapes where a character is not in ASCII. */
const unescape = (text: string): string =>
  text.replace(/\\u([\da-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

async function echo(route: string, message: unknown): Promise<unknown> {
  const { createClient } = client;
  const [, name = ''] = /\/(\w+)/.exec(route) ?? [];
  const tree = createClient({ baseUrl: dev.url, WebSocket }) as Record<string, unknown>;
  const method =
    Object.values(tree[name] as Record<string, unknown>).find(
      (one): one is () => Connection<unknown, unknown> => typeof one === 'function',
    ) ?? (tree[name] as () => Connection<unknown, unknown>);
  const connection = method();
  connection.send(message);
  for await (const reply of connection) return reply;
  throw new Error('closed');
}

test('a call with a list item that has no text in a path or a header throws', async () => {
  const call = client.createCall({ baseUrl: dev.url });
  for (const item of ['a,b', '', ' a'])
    await expect(call('GET /any', { headers: { v: ['a', item] } })).rejects.toMatchObject({
      code: 'GATI_CLIENT_PARAM',
    });
});

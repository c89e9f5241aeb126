import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPanelReader } from '../../../src/collector/command/panel-reader.ts';

let server: Server;
let url: string;
let respond: (req: IncomingMessage, res: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((req, res) => respond(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const json = (res: ServerResponse, status: number, body: unknown): void =>
  void res
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify(body));

const QUERY = { from: 1, to: 2, limit: 3 };

test('sends the filters and the token, whatever the path of the address is', async () => {
  let seen: IncomingMessage | undefined;
  respond = (req, res) => {
    seen = req;
    json(res, 200, { items: [], next: 'n' });
  };
  const reader = openPanelReader({ url: `${url}/_control/?x#setup=1`, token: 'gati_1234567890' });
  expect(await reader.traces({ ...QUERY, route: '/a&b' })).toEqual({ items: [], next: 'n' });
  expect(seen?.url).toBe('/_control/api/traces?from=1&to=2&limit=3&route=%2Fa%26b');
  expect(seen?.headers.authorization).toBe('Bearer gati_1234567890');
});

test('a trace that the server does not know is undefined', async () => {
  respond = (_req, res) => json(res, 404, { code: 'not_found' });
  expect(await openPanelReader({ url }).trace('0'.repeat(32))).toBeUndefined();
});

test.each<[string, typeof respond, RegExp]>([
  [
    'a token that is not accepted',
    (_req, res) => json(res, 401, { detail: 'Log in first.' }),
    /responds 401: Log in first\.(?!\.)[\s\S]*GATI_TOKEN/,
  ],
  [
    'a server without a panel',
    (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    /it has no panel/,
  ],
  [
    'a redirect, which could lead the token elsewhere',
    (_req, res) => void res.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    /can't be read/,
  ],
  ['a connection that breaks', (_req, res) => void res.destroy(), /can't be read/],
  [
    'text that is not JSON',
    (_req, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{'),
    /responds 200/,
  ],
])('reports %s as GATI_PANEL_UNREADABLE', async (_name, answer, text) => {
  respond = answer;
  const error: unknown = await openPanelReader({ url })
    .logs(QUERY)
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'GATI_PANEL_UNREADABLE' });
  const { message, fix } = error as { message: string; fix: string };
  expect(`${message}\n${fix}`).toMatch(text);
});

test.each(['shop.example', 'ftp://shop.example', 'javascript:alert(1)', ''])(
  'rejects the address %j',
  (address) => {
    expect(() => openPanelReader({ url: address })).toThrow(
      expect.objectContaining({ code: 'GATI_USAGE' }),
    );
  },
);

test('sends a token over HTTPS or to this machine only', () => {
  expect(() => openPanelReader({ url: 'http://shop.example', token: 'secret' })).toThrow(
    /without encryption/,
  );
  for (const address of ['https://shop.example', 'http://localhost:1', 'http://[::1]:1'])
    expect(() => openPanelReader({ url: address, token: 'secret' })).not.toThrow();
  expect(() => openPanelReader({ url: 'http://shop.example' })).not.toThrow();
});

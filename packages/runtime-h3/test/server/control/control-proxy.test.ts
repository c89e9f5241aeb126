import fs from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isControlUrl, toControlRequest } from '../../../src/server/channel/control.ts';
import {
  type ControlProxy,
  createControlProxy,
} from '../../../src/server/channel/control-proxy.ts';
import { eventually } from '@gati/test-kit/wait';

const CLIENT = { address: '192.0.2.1', secure: true };

let collector: http.Server;
let worker: http.Server;
let proxy: ControlProxy;
/** Proxy with short timeouts. */
let hasty: ControlProxy;
let port: number;
let socketPath: string;
/** Heads that the collector got. */
const seen: http.IncomingMessage[] = [];
const left: string[] = [];

beforeAll(async () => {
  socketPath = path.join(temporaryFolder('control'), 'control.sock');
  collector = http.createServer((req, res) => {
    seen.push(req);
    res.once('close', () => left.push(req.url!));
    if (req.url === '/_control/early') return void res.writeHead(401).end('no');
    if (req.headers.cookie === 'gati_panel_3000=known') res.setHeader('x-gati-identified', '1');
    if (req.url === '/_control/slow') return void req.resume();
    if (req.url === '/_control/large') return void res.end(Buffer.alloc(50_000_000));
    if (req.url === '/_control/stream') return void res.writeHead(200).write('first');
    res.writeHead(207, { 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'], connection: 'close' });
    req.pipe(res);
  });
  collector.on('upgrade', (req, socket, head) => {
    seen.push(req);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n');
    socket.write(head);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => collector.listen(socketPath, resolve));
  proxy = createControlProxy(socketPath);
  hasty = createControlProxy(socketPath, { body: 200, read: 200 });
  worker = http.createServer((req, res) => {
    const address = req.headers['x-address']?.toString() ?? CLIENT.address;
    const passer = /slow|large/.test(req.url!) ? hasty : proxy;
    passer.request(req, res, { ...CLIENT, address });
  });
  worker.on('upgrade', (req, socket, head) => proxy.upgrade(req, socket, head, CLIENT));
  await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve));
  ({ port } = worker.address() as AddressInfo);
});
afterAll(() => {
  proxy.close();
  for (const server of [worker, collector]) {
    server.closeAllConnections();
    server.close();
  }
});

/** Sends bytes, and returns what has come once `until` is in it. */
function sendRaw(text: string, until: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let got = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      got += part;
      if (got.includes(until)) {
        resolve(got);
        socket.destroy();
      }
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(got));
  });
}

const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`;

describe('a request for the panel', () => {
  test('reaches the collector with its body, and its response comes back', async () => {
    const body = 'x'.repeat(200_000);
    const response = await fetch(`http://127.0.0.1:${port}/_control/api?a=b`, {
      method: 'POST',
      body,
    });
    expect([response.status, await response.text()]).toEqual([207, body]);
    expect(response.headers.get('x-own')).toBe('yes');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(seen.at(-1)).toMatchObject({ method: 'POST', url: '/_control/api?a=b' });
  });

  test('GHSA-rq7w-g337-39qq: says from whom it is by the connection, not by its headers', async () => {
    await sendRaw(
      lines(
        'GET /_control/ HTTP/1.1',
        'Host: localhost',
        'X-Gati-Client: {"address":"127.0.0.1"}',
        'x-gati-client: {"address":"::1"}',
        'Connection: close, x-gati-client, cookie',
        'Cookie: kept=no',
        'Keep-Alive: timeout=5',
        'Proxy-Authorization: Basic x',
        'TE: trailers',
      ),
      '0\r\n\r\n',
    );
    const { headers } = seen.at(-1)!;
    expect(headers['x-gati-client']).toBe(JSON.stringify(CLIENT));
    for (const name of ['keep-alive', 'proxy-authorization', 'te', 'cookie'])
      expect(headers[name]).toBeUndefined();
  });

  test.each(['GET', 'DELETE', 'HEAD'])(
    'a %s with a body is one request for the collector',
    async (method) => {
      const inner = 'GET /_control/smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
      const head = [`${method} /_control/outer HTTP/1.1`, 'Host: localhost'];
      await sendRaw(
        `${lines(...head, 'Transfer-Encoding: chunked', 'Connection: close')}${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
        'x-own: yes',
      );
      await sendRaw(
        `${lines(...head, `Content-Length: ${inner.length}`, 'Connection: close, content-length, host')}${inner}`,
        'x-own: yes',
      );
      expect(seen.slice(-2).map(({ url }) => url)).toEqual(['/_control/outer', '/_control/outer']);
      expect(seen.at(-2)!.headers['transfer-encoding']).toBe('chunked');
      expect(seen.at(-1)!.headers).toMatchObject({
        'content-length': String(inner.length),
        host: 'localhost',
      });
    },
  );

  test('gets the response that the collector sends before it has read the body', async () => {
    const body = 'x'.repeat(1_000_000);
    for (let count = 0; count < 5; count++) {
      const response = await fetch(`http://127.0.0.1:${port}/_control/early`, {
        method: 'POST',
        body,
      });
      expect([response.status, await response.text()]).toEqual([401, 'no']);
    }
  });

  test('of strangers can not use up the room of a client that the panel has identified', async () => {
    const stream = (address: string, cookie = ''): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/_control/stream`, {
        headers: { 'x-address': address, cookie },
      });
    const statuses = (responses: Response[]): number[] => responses.map(({ status }) => status);
    const own = 'gati_panel_3000=known';
    const first = await stream('192.0.2.1', own);
    expect(first.headers.get('x-gati-identified')).toBeNull();
    const many = (from: string): Promise<Response[]> =>
      Promise.all(Array.from({ length: 17 }, () => stream(from)));
    const strangers = [await many('192.0.2.7'), await many('192.0.2.8'), await many('2001:db8::1')];
    for (const each of strangers.slice(0, 2))
      expect(statuses(each).filter((status) => status === 503)).toHaveLength(1);
    expect(
      statuses([await stream('192.0.2.9'), await stream('192.0.2.9', 'gati_panel_3000=x')]),
    ).toEqual([503, 503]);
    const known = await stream('192.0.2.9', own);
    expect(known.status).toBe(200);
    for (const each of [first, known, ...strangers.flat()]) await each.body?.cancel();
  });

  test('gets 408 when its body arrives too slowly', async () => {
    const text = await sendRaw(
      `${lines('POST /_control/slow HTTP/1.1', 'Host: localhost', 'Content-Length: 9')}slow`,
      '}',
    );
    expect(text).toMatch(/^HTTP\/1\.1 408 [\s\S]*request_timeout/);
  });

  test('ends when its client does not read the response', async () => {
    const socket = net.connect(port, '127.0.0.1').pause();
    socket.write(lines('GET /_control/large HTTP/1.1', 'Host: localhost'));
    await eventually(() => expect(left).toContain('/_control/large'));
    socket.destroy();
  });

  test('ends at the collector when its client leaves', async () => {
    const text = await sendRaw(lines('GET /_control/stream HTTP/1.1', 'Host: localhost'), 'first');
    expect(text).toContain('200 OK');
    await eventually(() => expect(left).toContain('/_control/stream'));
  });

  test('upgrades, in both directions, with the same facts', async () => {
    const text = await sendRaw(
      `${lines(
        'GET /_control/ws HTTP/1.1',
        'Host: localhost',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'X-Gati-Client: {"address":"127.0.0.1"}',
      )}hello`,
      'hello',
    );
    expect(text).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\nhello$/);
    expect(seen.at(-1)!.headers).toMatchObject({
      upgrade: 'websocket',
      'x-gati-client': JSON.stringify(CLIENT),
    });
  });

  test('gets 503 with a reason while the collector is not there', async () => {
    const gone = createControlProxy(`${socketPath}.gone`);
    const server = http.createServer((req, res) => gone.request(req, res, CLIENT));
    server.on('upgrade', (req, socket, head) => gone.upgrade(req, socket, head, CLIENT));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: other } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${other}/_control/`);
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { code: 'panel_unavailable', detail: expect.stringContaining('starts again') },
    ]);
    const upgrade = await new Promise<number>((resolve) => {
      http
        .get(`http://127.0.0.1:${other}/_control/`, {
          headers: { connection: 'Upgrade', upgrade: 'websocket' },
        })
        .on('response', ({ statusCode }) => resolve(statusCode!));
    });
    expect(upgrade).toBe(503);
    server.closeAllConnections();
    server.close();
  });
});

test.each([
  ['http://evil.test/_control/api?a=b', '/_control/api?a=b', 'evil.test'],
  ['HTTPS://localhost:3000/_control', '/_control', 'localhost:3000'],
  ['http://evil.test/orders', 'http://evil.test/orders', 'localhost'],
  ['http:///_control/', '/_control/', ''],
  ['/_control/', '/_control/', 'localhost'],
  ['*', '*', 'localhost'],
])('the target %s becomes %s for the host %s', (target, url, host) => {
  const req = { url: target, headers: { host: 'localhost' } } as http.IncomingMessage;
  toControlRequest(req);
  expect([req.url, req.headers.host]).toEqual([url, host]);
});

test('GHSA-534h-c3cw-v3h9: only the user of the server can open the sockets of its processes', async () => {
  const { createTelemetrySocket } =
    await import('../../../src/server/supervisor/telemetry-socket.ts');
  const { control, remove } = createTelemetrySocket();
  expect(fs.statSync(path.dirname(control)).mode & 0o777).toBe(0o700);
  remove();
});

test.each([
  ['/_control', true],
  ['/_control/', true],
  ['/_control/api/traces?x=1', true],
  ['/_control?x', true],
  ['/_controls', false],
  ['/_control.js', false],
  ['/_Control/', false],
  ['//_control/', false],
  ['/', false],
  ['', false],
])('the address %s is for the panel: %s', (url, expected) => {
  expect(isControlUrl(url)).toBe(expected);
});

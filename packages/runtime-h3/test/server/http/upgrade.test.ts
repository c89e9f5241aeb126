import { expect, test } from 'vitest';
import { sendRaw } from '@gati/test-kit/sockets';
import { useServer } from '../helpers/harness.ts';

const server = useServer();

const raw = (port: number, ...texts: string[]): Promise<string> =>
  sendRaw(port, texts, { gap: 50 });

const H2C =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
const LAST = 'GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const statuses = (text: string): string[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status!);

test('ignores an upgrade that is not a WebSocket and keeps the connection', async () => {
  const { port, url } = await server.start();
  const get = await raw(port, `GET /hello HTTP/1.1\r\nHost: x\r\n${H2C}\r\n`, LAST);
  expect(statuses(get)).toEqual(['200', '200']);
  expect(get.match(/"hello":"world"/g)).toHaveLength(2);
  expect(statuses(await raw(port, `GET /hello HTTP/1.1\r\nHost: x\r\n${H2C}\r\n${LAST}`))).toEqual([
    '200',
    '200',
  ]);
  expect(statuses(await raw(port, `GET /nowhere HTTP/1.1\r\nHost: x\r\n${H2C}\r\n`, LAST))).toEqual(
    ['404', '200'],
  );
  expect(
    statuses(
      await raw(
        port,
        LAST.replace('close', 'keep-alive'),
        `GET /hello HTTP/1.1\r\nHost: x\r\n${H2C}\r\n`,
        LAST,
      ),
    ),
  ).toEqual(['200', '200', '200']);
  // Sends a body in parts, with each framing.
  for (const [framing, ...body] of [
    ['Content-Length: 9', '{"a":', '"b"}'],
    ['Transfer-Encoding: chunked', '5\r\n{"a":\r\n', '4\r\n"b"}\r\n0\r\n\r\n'],
  ]) {
    const got = await raw(
      port,
      `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${framing}\r\n${H2C}\r\n${body[0]}`,
      body[1]!,
      LAST,
    );
    // Node 24.9 and later read the body themselves. The connection then ends after the response.
    expect(/^connection: close/im.exec(got)?.index ?? -1).toBeGreaterThan(0);
    expect(['200', '200,200']).toContain(statuses(got).join());
    expect(got).toContain('{"got":{"a":"b"}}');
  }
  expect(
    statuses(
      await raw(
        port,
        `POST /hello HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
      ),
    ),
  ).toEqual(['405']);
  expect((await fetch(`${url}/hello`)).status).toBe(200);
});

test('responds in order to pipelined requests with upgrades', async () => {
  const { port } = await server.start();
  const slow = 'GET /slow?ms=200 HTTP/1.1\r\nHost: x\r\n\r\n';
  const got = await raw(port, `${slow}${slow}GET /hello HTTP/1.1\r\nHost: x\r\n${H2C}\r\n${LAST}`);
  expect(statuses(got)).toHaveLength(4);
  expect(got.indexOf('"hello"')).toBeGreaterThan(got.lastIndexOf('slow'));
});

test('responds 431 to an upgrade with more headers than Node parses', async () => {
  const { port } = await server.start();
  const many = 'a:\r\n'.repeat(2100);
  const hidden = 'GET /hello HTTP/1.1\r\nHost: x\r\n\r\n';
  const got = await raw(
    port,
    `POST /hello HTTP/1.1\r\nHost: x\r\n${many}${H2C}Content-Length: ${hidden.length}\r\n\r\n${hidden}`,
  );
  expect(statuses(got)).toEqual(['431']);
});

test('responds 400 to a request without Host', async () => {
  const { port } = await server.start();
  for (const text of [
    'GET /hello HTTP/1.1\r\n\r\n',
    'GET /hello HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    `GET /hello HTTP/1.1\r\n${H2C}\r\n`,
  ]) {
    const [head = '', body = ''] = (await raw(port, text)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'bad_request' });
  }
  expect(statuses(await raw(port, 'GET /hello HTTP/1.0\r\n\r\n'))).toEqual(['200']);
});

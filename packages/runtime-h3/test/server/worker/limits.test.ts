import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { get } from 'node:http';
import { sendRaw } from '@gati/test-kit/sockets';
import { expect, test } from 'vitest';
import { useServer } from '../helpers/harness.ts';

const server = useServer();

const raw = (url: string, text: string): Promise<string> =>
  sendRaw(Number(new URL(url).port), [text]);

const fetchRaw = (
  url: string,
  headers: Record<string, string>,
): Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }> =>
  new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject);
  });

test('bytes that are not HTTP get a 400 with problem details', async () => {
  const { url } = await server.start();
  const bad = await raw(url, 'HELLO THERE\r\n\r\n');
  expect(bad).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(bad).toMatch(/content-type: application\/problem\+json/i);
  expect(JSON.parse(bad.split('\r\n\r\n')[1]!)).toMatchObject({ status: 400, code: 'bad_request' });
  const large = await raw(
    url,
    `GET /hello HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`,
  );
  expect(large).toMatch(/^HTTP\/1\.1 431 /);
  expect((await fetch(`${url}/hello`)).status).toBe(200);
});

test.each([
  ['GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', 404, 'not_found'],
  ['GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n', 404, 'not_found'],
  [`GET /${'a'.repeat(12_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 404, 'not_found'],
  ['GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_request'],
  ['GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n', 404, 'not_found'],
  ['GET / HTTP/1.1\r\nHost: x\r\na b: 1\r\n\r\n', 400, 'bad_request'],
  [
    `GET / HTTP/1.1\r\nHost: x\r\n${'header: value\r\n'.repeat(5000)}\r\n`,
    431,
    'headers_too_large',
  ],
  [
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'bad_request',
  ],
  [
    'POST /hello HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 2\r\n\r\n{}',
    417,
    'expectation_failed',
  ],
  ['CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'method_not_allowed'],
])('a request that HTTP does not allow gets problem details: %s', async (text, status, code) => {
  const { url } = await server.start();
  // Makes the server close the connection after the response.
  const [head = '', body = ''] = (
    await raw(url, text.replace('Host: x', 'Host: x\r\nConnection: close'))
  ).split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(JSON.parse(body)).toMatchObject({ status, code });
  expect((await fetch(`${url}/hello`)).status).toBe(200);
});

test('a client that sends its headers too slowly gets 408', async () => {
  const { url } = await server.start({ GATI_LIMITS: 'headTimeout=1000' });
  const slow = await raw(url, 'GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow');
  expect(slow).toMatch(/^HTTP\/1\.1 408 /);
});

test.each([
  ['br, gzip', 'br', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
  ['br;q=0.1, gzip;q=0.9', 'gzip', gunzipSync],
  ['*', 'br', brotliDecompressSync],
])('large responses are compressed for Accept-Encoding: %s', async (accept, encoding, decode) => {
  const { url } = await server.start();
  const { headers, body } = await fetchRaw(`${url}/big`, { 'accept-encoding': accept });
  expect(headers).toMatchObject({
    'content-encoding': encoding,
    vary: expect.stringContaining('Accept-Encoding'),
  });
  expect(headers['content-length']).toBeUndefined();
  expect(JSON.parse(String(decode(body)))).toEqual({ text: 'lorem ipsum '.repeat(1000) });
  expect(body.length).toBeLessThan(1000);
});

test('short responses, no-transform and clients without Accept-Encoding are not compressed', async () => {
  const { url } = await server.start();
  for (const [path, accept] of [
    ['/hello', 'gzip'],
    ['/fixed', 'gzip'],
    ['/big', 'identity'],
    ['/big', 'br;q=0, gzip;q=0'],
  ] as const) {
    const { headers, body } = await fetchRaw(`${url}${path}`, { 'accept-encoding': accept });
    expect(headers['content-encoding']).toBeUndefined();
    expect(Number(headers['content-length'])).toBe(body.length);
  }
});

test.each([
  ['"anonymous"', {}, 'br'],
  ['"anonymous"', { cookie: 'sid=1' }, undefined],
  ['"anonymous"', { authorization: 'Bearer x' }, undefined],
  ['false', {}, undefined],
])(
  'with compression: %s, a request with %j gets the encoding %s',
  async (option, sent, encoding) => {
    const { url } = await server.start({ COMPRESSION: option });
    const { headers } = await fetchRaw(`${url}/big`, { 'accept-encoding': 'br', ...sent });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers.vary).toContain('Accept-Encoding');
  },
);

test('HEAD of a compressed response has no body and keeps the connection', async () => {
  const { url } = await server.start();
  const got = await raw(
    url,
    'HEAD /big HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  );
  const [head, second] = got.split(/(?=HTTP\/1\.1 )/);
  expect(head).toMatch(/content-encoding: gzip/i);
  expect(head!.split('\r\n\r\n')[1]).toBe('');
  expect(second).toContain('"hello":"world"');
});

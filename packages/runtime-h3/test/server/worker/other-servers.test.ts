import { createServer } from 'node:http';
import { freePort, listen } from '@gati/test-kit/ports';
import { sendRaw } from '@gati/test-kit/sockets';
import { expect, test } from 'vitest';
import { useServer } from '../helpers/harness.ts';

const server = useServer();

const echo = async (url: string, text: string, headers = {}): Promise<Record<string, unknown>> => {
  const response = await fetch(`${url}/payments/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ text }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
};
const pidOf = async (url: string): Promise<unknown> =>
  ((await (await fetch(`${url}/hello`)).json()) as { pid: number }).pid;

const HANDSHAKE =
  'GET /payments/feed HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

/** Opens a WebSocket, sends a message, and returns all bytes until its echo. */
const chat = (port: number): Promise<string> =>
  sendRaw(
    port,
    [
      HANDSHAKE,
      // A masked text frame whose mask is 0.
      new Uint8Array([0x81, 0x84, 0, 0, 0, 0, ...Buffer.from('"hi"')]),
    ],
    { until: /"echo":"hi"/ },
  );

test('a server passes requests for a domain to its server, and serves the others', async () => {
  const routes = await server.start({
    GATI_ROLE: 'routes',
    GATI_DOMAIN: 'payments',
    GATI_TRUST_PROXY: '1',
  });
  const core = await server.start({ GATI_DOMAINS: `payments=${routes.url}` });
  const own = await pidOf(core.url);
  const other = (await echo(routes.url, 'direct'))['pid'];
  expect(other).not.toBe(own);
  const large = 'x'.repeat(500_000);
  // A client that is no proxy can't choose its address.
  expect(await echo(core.url, large, { 'x-forwarded-for': '203.0.113.9' })).toEqual({
    got: { text: large },
    ip: '127.0.0.1',
    pid: other,
  });
  const head = await fetch(`${core.url}/payments/total`, { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect((await fetch(`${core.url}/payments/nowhere`)).status).toBe(404);
});

test('a WebSocket of a domain opens at its server', async () => {
  const routes = await server.start({ GATI_ROLE: 'routes', GATI_DOMAIN: 'payments' });
  const core = await server.start({ GATI_DOMAINS: `payments=${routes.url}` });
  const other = (await echo(routes.url, 'direct'))['pid'];
  expect(await chat(core.port)).toContain(`{"pid":${String(other)}}`);
});

test('a rejected WebSocket of a domain has a body that the client can read', async () => {
  const other = createServer();
  other.on('upgrade', (_req, socket) =>
    socket.end(
      'HTTP/1.1 403 Forbidden\r\nX-Reason: closed\r\nTransfer-Encoding: chunked\r\n' +
        'Connection: keep-alive\r\n\r\n3\r\nno!\r\n0\r\n\r\n',
    ),
  );
  const port = await listen(other);
  const core = await server.start({ GATI_DOMAINS: `payments=http://127.0.0.1:${port}` });
  const [head = '', body] = (await sendRaw(core.port, [HANDSHAKE])).split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 403 /);
  expect(head).toMatch(/x-reason: closed/i);
  expect(head).toMatch(/connection: close/i);
  expect(head).not.toMatch(/transfer-encoding|keep-alive/i);
  expect(body).toBe('no!');
  other.close();
});

test('a server responds itself for a domain whose server accepts no connection', async () => {
  const port = await freePort();
  const core = await server.start({ GATI_DOMAINS: `payments=http://127.0.0.1:${port}` });
  const pid = await pidOf(core.url);
  expect(await echo(core.url, 'hi')).toMatchObject({ got: { text: 'hi' }, pid });
  expect(await chat(core.port)).toContain(`{"pid":${String(pid)}}`);
});

test('a server responds 504 when the server of a domain accepts a request and never responds', async () => {
  let count = 0;
  const silent = createServer((_req, res) => void (count++ === 0 && res.end()));
  silent.on('upgrade', () => {});
  const port = await listen(silent);
  const core = await server.start({
    GATI_DOMAINS: `payments=http://127.0.0.1:${port}`,
    GATI_LIMITS: 'handlerTimeout=100',
  });
  // The next request has the same connection, which must not count as closed by the other server.
  await fetch(`${core.url}/payments/total`);
  const response = await fetch(`${core.url}/payments/total`);
  expect(response.status).toBe(504);
  expect(await response.json()).toMatchObject({ code: 'server_timeout' });
  const posted = await fetch(`${core.url}/payments/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"text":"hi"}',
  });
  expect(posted.status).toBe(504);
  expect(await sendRaw(core.port, [HANDSHAKE])).toMatch(/^HTTP\/1\.1 504 [^]*"server_timeout"/);
  silent.closeAllConnections();
  silent.close();
});

test('a server passes requests for the version of another release to its server', async () => {
  const other = await server.start();
  const core = await server.start({ GATI_RELEASE_SERVERS: `1.2.3=${other.url}` });
  const pidFor = async (headers: Record<string, string>): Promise<unknown> =>
    ((await (await fetch(`${core.url}/hello`, { headers })).json()) as { pid: number }).pid;
  expect(await pidFor({ 'x-api-version': '1.2.3' })).toBe(await pidOf(other.url));
  expect(await pidFor({})).not.toBe(await pidOf(other.url));
});

test('a server that names itself as the server of a domain serves it', async () => {
  const port = await freePort();
  const core = await server.start({
    PORT: String(port),
    GATI_DOMAINS: `payments=http://127.0.0.1:${port}`,
  });
  expect(await echo(core.url, 'hi')).toMatchObject({ got: { text: 'hi' } });
  expect(await chat(core.port)).toContain('"pid"');
});

test.each(['payments', 'payments=moon', 'payments=https://moon', '=http://moon'])(
  'GATI_DOMAINS=%s ends the start with a message',
  async (value) => {
    const { code, stderr } = await server.run({ GATI_DOMAINS: value });
    expect(code).toBe(1);
    expect(stderr).toContain(`GATI_BAD_ENV: GATI_DOMAINS=${value}`);
  },
);

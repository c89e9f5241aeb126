import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { sendRaw } from '@gati/test-kit/sockets';
import { useServer } from '../helpers/harness.ts';

const server = useServer();

const urlIn = (stdout: string): string => {
  const lines = stdout.trim().split('\n');
  const line = lines.find((text) => text.includes('the admin port is open'))!;
  return (JSON.parse(line) as { url: string }).url;
};

test('GATI_ADMIN_PORT serves /metrics on loopback alone, and takes it from the public port', async () => {
  const { url, stdout, seen } = await server.start({ GATI_ADMIN_PORT: '0' });
  await seen('the admin port is open');
  const admin = urlIn(stdout());
  expect(new URL(admin).hostname).toBe('127.0.0.1');
  expect(stdout().split('\n')[0]).toContain('"msg":"listening"');

  const response = await fetch(`${admin}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toMatch(/^gati_workers 1$/m);
  const head = await fetch(`${admin}/metrics`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await fetch(`${admin}/hello`)).status).toBe(404);
  expect((await fetch(`${admin}/metrics`, { method: 'POST' })).status).toBe(404);

  const status = (host: string): Promise<string> =>
    sendRaw(Number(new URL(admin).port), [
      `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    ]);
  const { port } = new URL(admin);
  for (const host of ['evil.test', `evil.test:${port}`, '', 'localhost:1', '192.0.2.1'])
    expect([host, await status(host)]).toEqual([host, expect.stringMatching(/^HTTP\/1\.1 403 /)]);
  for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
    expect([host, await status(host)]).toEqual([host, expect.stringMatching(/^HTTP\/1\.1 200 /)]);

  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

test('a taken GATI_ADMIN_PORT ends the start with GATI_PORT_TAKEN, which names the variable', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { code, stderr } = await server.run({ GATI_ADMIN_PORT: String(port) });
  taken.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(/GATI_PORT_TAKEN[\s\S]*GATI_ADMIN_PORT=/);
});

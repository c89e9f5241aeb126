import { connect, type Socket } from 'node:net';
import { sendRaw } from '@gati/test-kit/sockets';
import { afterEach, expect, test } from 'vitest';
import { useServer } from '../helpers/harness.ts';

const server = useServer();
const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

const get = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

const metrics = (port: number): Promise<string> => sendRaw(port, [get('/metrics')]);

test('a log that nobody reads drops lines, counts them and says so once it is read', async () => {
  const { port, child, stdout, seen, stop } = await server.start({
    GATI_LIMITS: 'logQueue=50000',
  });
  child.stdout!.pause();
  const requests = `GET /hello?${'x'.repeat(400)} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(2000);
  const socket = connect(port, '127.0.0.1');
  clients.push(socket);
  socket.resume().write(requests);
  await expect.poll(() => metrics(port)).toContain('gati_limit_reached_total{limit="logQueue"}');
  expect((await fetch(`http://127.0.0.1:${port}/hello`)).status).toBe(200);
  child.stdout!.resume();
  await seen('output was dropped: its reader was too slow');
  expect(
    stdout()
      .split('\n')
      .filter((line) => line.includes('/hello')).length,
  ).toBeLessThan(2000);
  expect(await stop()).toBe(0);
});

test('connections above the backlog are closed while no worker accepts them, and counted', async () => {
  const { port, stop } = await server.start({
    GATI_LIMITS: 'backlog=3',
    GATI_HEARTBEAT_TIMEOUT: '0',
  });
  const { pid } = (await (await fetch(`http://127.0.0.1:${port}/hello`)).json()) as { pid: number };
  process.kill(pid, 'SIGSTOP');
  try {
    // The signal may take effect after the first connections.
    const ended: string[] = [];
    const texts = Array.from({ length: 10 }, async () => {
      ended.push(await sendRaw(port, [get('/hello')]));
    });
    await expect.poll(() => ended.length).toBeGreaterThanOrEqual(7);
    process.kill(pid, 'SIGCONT');
    await Promise.all(texts);
    const dropped = ended.filter((text) => text === '').length;
    expect(dropped).toBeGreaterThan(0);
    expect(ended.filter((text) => text.includes('200 OK'))).toHaveLength(10 - dropped);
    expect(await metrics(port)).toContain(`gati_limit_reached_total{limit="backlog"} ${dropped}\n`);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  expect(await stop()).toBe(0);
});

import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { eventually } from '@gati/test-kit/wait';
import { afterEach, describe, expect, test } from 'vitest';
import { openTelemetryLink } from '../../../src/server/channel/telemetry-link.ts';

const HELLO = `${JSON.stringify({ gati: 'hello', pid: process.pid, kind: 'first' })}\n`;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Collector {
  server: Server;
  sockets: Socket[];
  text(): string;
  stop(): Promise<void>;
}

/** A collector that reads what it gets; with `reads: false` it accepts and never reads. */
async function startCollector(path: string, reads = true): Promise<Collector> {
  let text = '';
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    if (reads) socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    else socket.pause();
  });
  server.listen(path);
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  cleanups.push(stop);
  return { server, sockets, text: () => text, stop };
}

function createPath(): string {
  return join(temporaryFolder('gati-link-'), 'collector.sock');
}

describe('the link to the collector', () => {
  test('sends lines that were written before the collector listened', async () => {
    const path = createPath();
    const link = openTelemetryLink(path, 'first');
    cleanups.push(() => link.close());
    link.write('{"msg":"one"}\n');
    const collector = await startCollector(path);
    await eventually(() => expect(collector.text()).toBe(`${HELLO}{"msg":"one"}\n`));
    link.write('{"msg":"two"}\n');
    await eventually(() => expect(collector.text()).toBe(`${HELLO}{"msg":"one"}\n{"msg":"two"}\n`));
  });

  test('connects again to a collector that was replaced', async () => {
    const path = createPath();
    const first = await startCollector(path);
    const link = openTelemetryLink(path, 'first');
    cleanups.push(() => link.close());
    await eventually(() => expect(first.text()).toBe(HELLO));
    await first.stop();
    const second = await startCollector(path);
    await eventually(() => {
      // A line on its way to the collector that ended is lost.
      link.write('{"msg":"after"}\n');
      expect(second.text()).toMatch(`${HELLO}{"msg":"after"}\n`);
    });
  });

  test('drops and counts lines while the collector does not read', async () => {
    const path = createPath();
    const collector = await startCollector(path, false);
    const link = openTelemetryLink(path, 'first');
    cleanups.push(() => link.close());
    await eventually(() => expect(collector.sockets).toHaveLength(1));
    const lines = `{"msg":"${'x'.repeat(1000)}"}\n`.repeat(1000);
    const before = process.memoryUsage().external + process.memoryUsage().arrayBuffers;
    // 200 MB, in turns of the event loop, so that the socket may take what it can.
    for (let count = 0; count < 200; count++) {
      link.write(lines);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const after = process.memoryUsage().external + process.memoryUsage().arrayBuffers;
    expect(after - before).toBeLessThan(50 * 1024 ** 2);
    let text = '';
    collector.sockets[0]!.setEncoding('utf8').on('data', (part: string) => (text += part));
    collector.sockets[0]!.resume();
    await eventually(() => expect(text).toContain('"dropped"'), 20_000);
    const dropped = Number(/"dropped","lines":(\d+)/.exec(text)![1]);
    const sent = text.split('\n').filter((line) => line.startsWith('{"msg"')).length;
    expect(dropped + sent).toBe(200_000);
    expect(dropped).toBeGreaterThan(100_000);
  });

  test('sends what waits when it closes', async () => {
    const path = createPath();
    const collector = await startCollector(path);
    const link = openTelemetryLink(path, 'first');
    await eventually(() => expect(collector.text()).toBe(HELLO));
    link.write('{"msg":"last"}\n');
    await link.close();
    await eventually(() => expect(collector.text()).toBe(`${HELLO}{"msg":"last"}\n`));
  });

  test('closes without a collector', async () => {
    const link = openTelemetryLink(createPath(), 'first');
    link.write('{"msg":"lost"}\n');
    await link.close();
  });
});

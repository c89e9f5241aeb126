import { get } from 'node:http';
import { sendRaw } from '@gati/test-kit/sockets';
import { afterEach, describe, expect, test } from 'vitest';
import { bundle, type TestRoute } from '../../helpers/bundle.ts';
import { adapters, overNode, type Target } from '../../helpers/target.ts';

describe.each(adapters)('streams over %s', (name, open) => {
  let target: Target;
  const start = async (routes: Record<string, TestRoute>): Promise<Target> =>
    (target = await open(bundle(routes)));
  afterEach(() => target.close());

  test('ends the source when the client leaves', async () => {
    let returned = 0;
    let aborted = 0;
    await start({
      'GET /ticks': {
        handler: async function* (_req, _res, _gctx, lctx) {
          lctx.signal.addEventListener('abort', () => aborted++);
          try {
            for (let n = 0; ; n++) {
              yield { n };
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
          } finally {
            returned++;
          }
        },
      },
    });
    const response = await target.call('/ticks');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('data: {"n":0}\n\n');
    expect(target.app.inflight).toBe(1);
    await reader.cancel();
    await expect.poll(() => [returned, aborted, target.app.inflight]).toEqual([1, 1, 0]);
  });

  test('reads no more from the source than the client accepts', async () => {
    let made = 0;
    await start({
      'GET /flood': {
        handler: () => {
          const chunk = new Uint8Array(256 * 1024);
          return new ReadableStream({
            pull(controller) {
              made++;
              controller.enqueue(chunk);
            },
          });
        },
      },
    });
    const response = await target.call('/flood');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    let before = 0;
    const grown = (): number => {
      const more = made - before;
      before = made;
      return more;
    };
    await expect.poll(grown, { interval: 200 }).toBe(0);
    expect(made).toBeLessThan(100);
    await reader.cancel();
    await expect.poll(() => target.app.inflight).toBe(0);
  });

  test('ends event streams when the process drains, even one that waits for a value', async () => {
    await start({
      'GET /wait': {
        handler: async function* () {
          yield 1;
          await new Promise(() => undefined);
        },
      },
    });
    const response = await target.call('/wait');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: 1\n\n');
    await target.app.drain();
    expect((await reader.read()).done).toBe(true);
  });

  test('cuts the connection when the source of a stream fails', async () => {
    await start({
      'GET /breaks': {
        handler: async function* () {
          yield 1;
          throw new Error('secret');
        },
      },
    });
    const response = await target.call('/breaks');
    await expect(response.text()).rejects.toThrow();
    expect(target.logged).toContainEqual(expect.objectContaining({ message: 'a stream failed' }));
    expect(target.app.inflight).toBe(0);
    expect(name).toBeTypeOf('string');
  });
});

describe('draining over node', () => {
  test('completes requests in flight while it drains, and ends their connections', async () => {
    let release: (() => void) | undefined;
    const target = await overNode(
      bundle({
        'GET /slow': {
          handler: () => new Promise((resolve) => (release = () => resolve({ done: true }))),
        },
        'GET /quick': { handler: () => ({}) },
      }),
    );
    const slow = target.call('/slow');
    await expect.poll(() => target.app.inflight).toBe(1);
    let drained = false;
    const drain = target.app.drain().then(() => (drained = true));
    const late = await target.call('/quick');
    expect({ status: late.status, connection: late.headers.get('connection') }).toEqual({
      status: 200,
      connection: 'close',
    });
    expect(drained).toBe(false);
    release?.();
    const response = await slow;
    expect([await response.json(), response.headers.get('connection')]).toEqual([
      { done: true },
      'close',
    ]);
    await drain;
    await target.close();
  });

  test('a stream whose source never waits leaves time for other requests', async () => {
    let made = 0;
    let madeBefore = Infinity;
    const target = await overNode(
      bundle({
        'GET /endless': {
          handler: async function* () {
            // Runs once the event loop has its turn.
            setTimeout(() => (madeBefore = made), 0);
            for (;;) {
              made++;
              yield 'x'.repeat(1000);
            }
          },
        },
      }),
    );
    const response = await target.call('/endless');
    await expect.poll(() => madeBefore).toBeLessThan(100);
    await response.body?.cancel();
    await target.close();
  });

  test('responds to pipelined requests in order', async () => {
    const target = await overNode(
      bundle({ 'GET /n/:n': { handler: async (req) => req.params.n } }),
    );
    const response = await sendRaw(target.port, [
      'GET /n/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /n/2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ]);
    expect(response.match(/"\d"/g)).toEqual(['"1"', '"2"']);
    await target.close();
  });

  test('drains although a client left before its response', async () => {
    let aborted = false;
    let settled = false;
    const target = await overNode(
      bundle({
        'GET /slow': {
          handler: (_req, _res, _gctx, lctx) =>
            new Promise((resolve) =>
              lctx.signal.addEventListener('abort', () => ((aborted = true), resolve({}))),
            ).finally(() => (settled = true)),
        },
      }),
    );
    const req = get({ port: target.port, path: '/slow' }).on('error', () => undefined);
    await expect.poll(() => target.app.inflight).toBe(1);
    req.destroy();
    await expect.poll(() => [aborted, settled, target.app.inflight]).toEqual([true, true, 0]);
    await target.close();
  });
});

import { describe, expect, test, vi } from 'vitest';
import {
  type CallEvent,
  createCaller,
  createTree,
  type EventStream,
  type Interceptor,
  onCall,
} from '../../src/client/index.ts';
import { inTurn, json, useServer } from '../helpers/client-server.ts';

const server = useServer();
const settings = { version: '1.2.3', base: '' };

describe('interceptors', () => {
  test('interceptors see and change each attempt, requests in order, responses in reverse', async () => {
    const order: string[] = [];
    const named = (name: string): Interceptor => ({
      request(request, call) {
        order.push(`${name} ${call.attempt}`);
        request.headers.append('x-through', name);
      },
      response(response, call) {
        order.push(`${name} ${call.attempt} ${response.status}`);
      },
    });
    const replace: Interceptor = {
      request: async (request) => new Request(request, { headers: { 'x-replaced': '1' } }),
      response: (response) => (response.ok ? Response.json({ changed: true }) : undefined),
    };
    server.answer(inTurn(json(503, {}), json(200, {})));
    const call = createCaller(settings, {
      baseUrl: server.url,
      retry: { delay: 1 },
      interceptors: [named('a'), named('b'), replace],
    });
    expect(await call('GET /x')).toMatchObject({ ok: true, data: { changed: true } });
    expect(order).toEqual(['a 1', 'b 1', 'b 1 503', 'a 1 503', 'a 2', 'b 2', 'b 2 200', 'a 2 200']);
    expect(server.seen.map(({ headers }) => [headers['x-replaced'], headers['x-through']])).toEqual(
      [1, 2].map(() => ['1', undefined]),
    );
  });

  test('an error of an interceptor reaches the caller', async () => {
    const call = createCaller(settings, {
      baseUrl: server.url,
      interceptors: [{ request: () => Promise.reject(new Error('mine')) }],
    });
    await expect(call('GET /x')).rejects.toThrow('mine');
  });

  test('createClient uses the given fetch', async () => {
    const fetch = vi.fn(async (request: Request) => Response.json(request.url));
    const call = createCaller(settings, { baseUrl: 'https://api.example.com/', fetch });
    expect(await call('GET /x')).toMatchObject({ data: 'https://api.example.com/x' });
  });
});

describe('onCall', () => {
  test('onCall reports the start, each retry and the end of a call', async () => {
    const events: CallEvent[] = [];
    const stop = onCall((event) => events.push(event));
    server.answer(inTurn(json(500, {}), json(200, { a: 1 })));
    const call = createCaller(settings, { baseUrl: server.url, retry: { delay: 1 } });
    await call('GET /users/:id', { params: { id: '1' } });
    stop();
    await call('GET /users/:id', { params: { id: '2' } });
    expect(events.map(({ type, call }) => [type, call.attempt, call.route, call.method])).toEqual([
      ['start', 1, 'GET /users/:id', 'GET'],
      ['retry', 2, 'GET /users/:id', 'GET'],
      ['end', 2, 'GET /users/:id', 'GET'],
    ]);
    expect(events[0]!.call.url).toBe(`${server.url}/users/1`);
    expect(new Set(events.map(({ call }) => call.id)).size).toBe(1);
    expect(events[1]).toMatchObject({ status: 500 });
    expect(events[2]).toMatchObject({ result: { ok: true, data: { a: 1 } } });
  });
});

describe('streams', () => {
  const call = (signal?: AbortSignal): Promise<{ data: EventStream<unknown> }> =>
    createCaller(settings, { baseUrl: server.url, timeout: 30_000 })('GET /events', {
      signal,
    }) as unknown as Promise<{
      data: EventStream<unknown>;
    }>;

  test('a stream yields the data of each event, however its bytes are split', async () => {
    const text =
      ': hello\n\ndata: {"a":1}\n\nevent: x\r\nid: 1\r\ndata: "two\\n"\r\n\r\ndata: [\ndata: "ü€😀",\rdata: 3]\r\rdata\n\nretry: 10\n\ndata: not json\n\ndata: unfinished';
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      server.answer(async (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (let at = 0; at < bytes.length; at += size) {
          response.write(bytes.subarray(at, at + size));
          await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      });
      const { data } = await call();
      const events: unknown[] = [];
      for await (const event of data) events.push(event);
      expect(events).toEqual([{ a: 1 }, 'two\n', ['ü€😀', 3], '', 'not json']);
    }
  });

  test('leaving, cancelling or aborting a stream closes the connection', async () => {
    const closed: Promise<unknown>[] = [];
    server.answer((_, response) => {
      closed.push(new Promise((resolve) => response.on('close', resolve)));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\ndata: 2\n\n');
    });
    for await (const event of (await call()).data) {
      expect(event).toBe(1);
      break;
    }
    await closed[0];

    const { data } = await call();
    await data.cancel();
    await closed[1];

    const controller = new AbortController();
    const aborted = await call(controller.signal);
    await expect(
      (async () => {
        for await (const event of aborted.data) if (event === 2) controller.abort();
      })(),
    ).rejects.toMatchObject({ name: 'AbortError' });
    await closed[2];
  });

  test('a stream throws if the connection breaks', async () => {
    server.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n', () => response.destroy());
    });
    const read = async (): Promise<void> => {
      for await (const event of (await call()).data) expect(event).toBe(1);
    };
    await expect(read()).rejects.toThrow();
  });
});

describe('the tree of calls', () => {
  test('the tree has each call at its path, also below another call and under any name', async () => {
    const tree = createTree(
      {
        payments: { capture: 'POST /payments/:id/capture' },
        health: { '': 'GET /health', name: 'GET /health/deep', call: 'GET /c' },
      },
      createCaller(settings, { baseUrl: server.url }),
    ) as {
      payments: { capture(request: object): Promise<unknown> };
      health: { (): Promise<unknown>; name(): Promise<unknown>; call(): Promise<unknown> };
    };
    await tree.payments.capture({ params: { id: '1' } });
    await tree.health();
    await tree.health.name();
    await tree.health.call();
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /payments/1/capture',
      'GET /health',
      'GET /health/deep',
      'GET /c',
    ]);
  });
});

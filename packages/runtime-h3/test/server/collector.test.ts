import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { describe, expect, test } from 'vitest';
import { type RunningServer, useServer } from './helpers/harness.ts';

const server = useServer();

interface Listed {
  traces: {
    route: string;
    status: number;
    traceId: string;
    path: string;
    pid: number;
    instance?: string;
  }[];
  logs: { message: string; level: string; fields: Record<string, unknown> }[];
  metrics: { route: string; count: number; errors: number }[];
}

/** Runs a command of the built server on a store. */
async function read(store: string, ...words: string[]): Promise<Listed> {
  const { stdout, stderr, code } = await server.run({ GATI_TELEMETRY: store }, [
    ...words,
    '--json',
  ]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Listed;
}

/** Where the system lists its processes as files. */
const hasProc = existsSync('/proc/self/stat');
if (!hasProc) console.log('skipped: tests that find the collector need /proc');

/** Process ids of the processes that a server started. */
function childrenOf({ child }: RunningServer): number[] {
  const { pid } = child;
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

const call = async (url: string): Promise<Response> => {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response;
};

describe('a server with a telemetry store', () => {
  test('keeps requests, log lines and metrics, which its commands read while it runs', async () => {
    const store = `sqlite:${join(server.folder(), 'one.db')}`;
    const running = await server.start({ GATI_TELEMETRY: store, GATI_WORKERS: '2' });
    for (let count = 0; count < 20; count++) await call(`${running.url}/hello`);
    await call(`${running.url}/nowhere?password=x`);
    await until('the requests are stored', async () => {
      const { traces } = await read(store, 'traces');
      return traces.filter(({ route }) => route === '/hello').length === 20;
    });
    const { traces } = await read(store, 'traces', '--status=404');
    expect(traces).toMatchObject([{ route: '', path: '/nowhere', status: 404 }]);
    const { metrics } = await read(store, 'metrics', '--route=/hello');
    expect(metrics).toMatchObject([{ route: '/hello', count: 20, errors: 0 }]);
    expect(await running.stop()).toBe(0);
    // Lines of the supervisor and of what happened at the end are there too.
    expect((await read(store, 'traces', '--limit=1000')).traces).toHaveLength(21);
  });

  test.skipIf(!hasProc)(
    'serves while the collector is stopped or killed, and collects again after that',
    async () => {
      const store = `sqlite:${join(server.folder(), 'two.db')}`;
      const running = await server.start({ GATI_TELEMETRY: store });
      await call(`${running.url}/hello`);
      await until('the request is stored', async () => {
        return (await read(store, 'traces')).traces.length > 0;
      });
      const worker = await (await fetch(`${running.url}/hello`)).json();
      const [collector] = childrenOf(running).filter(
        (pid) => pid !== (worker as { pid: number }).pid,
      );
      if (collector === undefined) throw new Error('the server has no collector');
      process.kill(collector, 'SIGSTOP');
      for (let count = 0; count < 50; count++)
        expect((await call(`${running.url}/hello`)).status).toBe(200);
      process.kill(collector, 'SIGKILL');
      await running.seen('"process":"collector"');
      await until('another collector stores requests', async () => {
        expect((await call(`${running.url}/payments/total`)).status).toBe(200);
        const { traces } = await read(store, 'traces', '--route=/payments/total');
        return traces.length > 0;
      });
      expect(await running.stop()).toBe(0);
    },
  );

  test('says why a command can not read, with exit code 2', async () => {
    for (const [env, args] of [
      [{}, ['traces']],
      [{ GATI_TELEMETRY: 'sqlite:/nowhere/none.db' }, ['logs']],
      [{ GATI_TELEMETRY: 'memory:' }, ['errors']],
      [{ GATI_TELEMETRY: 'sqlite:x.db' }, ['traces', '--since=yesterday']],
      [{ GATI_TELEMETRY: 'sqlite:x.db' }, ['trace', 'abc']],
    ] as const) {
      const { code, stderr } = await server.run(env, [...args], temporaryFolder('empty'));
      expect(code, args.join(' ')).toBe(2);
      expect(stderr).toContain('GATI_USAGE');
    }
  });
});

const portOf = (log: string): string | undefined =>
  /"telemetry of peers is received"[^\n]*"port":(\d+)[^\n]*\n/.exec(log)?.[1];

test('a server without a store sends its telemetry to a peer', async () => {
  const token = { GATI_PEER_TOKEN: 'a-secret-of-at-least-32-characters' };
  const store = `sqlite:${join(server.folder(), 'peers.db')}`;
  const core = await server.start({ ...token, GATI_TELEMETRY: store, GATI_PEER_PORT: '0' });
  const port = await until('the port is open', () => portOf(core.stdout()));
  const pod = await server.start({ ...token, GATI_PEERS: `127.0.0.1:${port}` });
  await call(`${pod.url}/hello`);
  await until('the request is in the store of the peer', async () => {
    const { traces } = await read(store, 'traces', '--route=/hello');
    return traces.some(({ instance }) => instance !== undefined);
  });
  expect((await read(store, 'metrics', '--route=/hello')).metrics).toMatchObject([{ count: 1 }]);
});

describe('traps of a server with four workers', () => {
  interface Caught {
    id: string;
    state: string;
    kept: number;
    catches: { traceId: string; result: string }[];
    captures: {
      request: { body: { text: string } };
      response: { body?: { text: string } };
      pid: number;
      traps: string[];
    }[];
  }
  const sendAll = async (
    url: string,
    count: number,
    // Each connection goes to the next worker.
    headers: Record<string, string> = { connection: 'close' },
  ): Promise<Response[]> =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        fetch(`${url}/echo`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ index, password: 'hunter2' }),
        }),
      ),
    );

  test('catch exactly as many requests as they are set for, also in new workers', async () => {
    const store = `sqlite:${join(server.folder(), 'traps.db')}`;
    const running = await server.start({
      GATI_TELEMETRY: store,
      GATI_WORKERS: '4',
      OTEL_TRACES_SAMPLER: 'always_off',
    });
    const trap = async (...words: string[]): Promise<Caught> =>
      (await read(store, 'trap', ...words)) as unknown as Caught;
    await until('the collector has made its store', async () => {
      await read(store, 'traces');
      return true;
    });
    const { id } = await trap('add', '--route=/echo', '--status=2xx', '--limit=5');
    await until('the trap is full', async () => {
      await sendAll(running.url, 40);
      return (await trap('show', id)).state === 'full';
    });
    await sendAll(running.url, 40);
    const { kept, catches } = await trap('show', id);
    expect([kept, catches.length]).toEqual([5, 5]);
    const traces = await Promise.all(catches.map(({ traceId }) => trapTrace(traceId)));
    for (const { captures } of traces) {
      expect(captures[0]!.request.body.text).toMatch(/^\{"index":\d+,"password":"\[redacted\]"\}$/);
      expect(captures[0]!.response.body?.text).toMatch(/^\{"got":\{"index":\d+/);
      expect(captures[0]!.traps).toEqual([id]);
    }

    const next = await trap('add', '--route=/echo', '--header=content-type', '--limit=3');
    running.child.kill('SIGUSR2');
    await running.seen('"rolled"');
    await until('the trap is full', async () => {
      // Responses on connections that stay open have heads that are reused.
      await sendAll(running.url, 20, {});
      return (await trap('show', next.id)).state === 'full';
    });
    const later = (await trap('show', next.id)).catches;
    expect(later).toHaveLength(3);
    for (const { traceId } of later)
      expect((await trapTrace(traceId)).captures[0]!.response.body?.text).toContain('"got"');
    expect(await running.stop()).toBe(0);
    const list = (await read(store, 'trap', 'list')) as unknown as { traps: Caught[] };
    expect(list.traps.map((each) => each.kept)).toEqual([3, 5]);

    async function trapTrace(traceId: string): Promise<Caught> {
      return (await read(store, 'trace', traceId)) as unknown as Caught;
    }
  });
});

test('a server exports traces, logs and metrics to an OpenTelemetry collector', async () => {
  const bodies: Record<string, string> = {};
  const target = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    bodies[req.url!] = `${bodies[req.url!] ?? ''}${gunzipSync(Buffer.concat(parts)).toString()}\n`;
    res.end();
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const { port } = target.address() as AddressInfo;
  const running = await server.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'shop',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_BLRP_SCHEDULE_DELAY: '50',
    OTEL_METRIC_EXPORT_INTERVAL: '50',
  });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const response = await fetch(`${running.url}/hello`, {
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  expect(response.status).toBe(200);
  await until('all signals arrived', () =>
    ['/v1/traces', '/v1/logs', '/v1/metrics'].every((path) => bodies[path]?.includes('/hello')),
  );
  expect(bodies['/v1/traces']).toContain(`"traceId":"${traceId}"`);
  expect(bodies['/v1/traces']).toContain('"parentSpanId":"b7ad6b7169203331"');
  expect(bodies['/v1/traces']).toContain('"name":"GET /hello"');
  expect(bodies['/v1/logs']).toContain(traceId);
  expect(bodies['/v1/metrics']).toContain('http.server.request.duration');
  expect(await running.stop()).toBe(0);
  target.closeAllConnections();
  target.close();
});

test('a wrong variable of the export ends the start', async () => {
  const { code, stderr } = await server.run({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' });
  expect(code).toBe(1);
  expect(stderr).toContain('GATI_BAD_ENV');
  expect(stderr).toContain('OTEL_EXPORTER_OTLP_ENDPOINT');
});

test.skipIf(!hasProc)(
  'GATI_TELEMETRY=off leaves out the collector, whatever else is set',
  async () => {
    const running = await server.start({
      GATI_TELEMETRY: 'off',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });
    await call(`${running.url}/hello`);
    expect(childrenOf(running)).toHaveLength(1);
    expect(await running.stop()).toBe(0);
  },
);

import { execFileSync } from 'node:child_process';
import { existsSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Handler, SocketHooks } from '../../../../src/types/context.ts';
import type { EffectFile } from '../../../../src/types/effects.ts';
import {
  ABI,
  type LoadedRoute,
  type ReleaseBundle,
  type BundleRoute,
} from '../../../../src/types/bundle.ts';

if (process.env.DIE_AT_START) process.exit(3);
if (process.env.HANG_AT_START) await announceAndHang('a release is imported');
if (process.env.THROW_AT_START) throw new TypeError('a module that can not be evaluated');

/** Reports on stderr, since stdout is held back until the server is ready. */
function announceAndHang(what: string): Promise<never> {
  process.stderr.write(`${what} and hangs\n`);
  return new Promise(() => {});
}

function blockAfter(what: string): void {
  process.stderr.write(`${what} and blocks\n`);
  blockEventLoop(600_000);
}

function blockEventLoop(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** An app written as the build would print it, for tests that start real processes. */
const handlers: Record<string, Handler | SocketHooks> = {
  'GET /hello': async () => ({ hello: 'world', pid: process.pid }),
  'GET /slow': async (req) => {
    await sleep(Number(req.query.ms ?? 200));
    return { slow: true, pid: process.pid };
  },
  'GET /held': async (req) => {
    while (!existsSync(String(req.query.file))) await sleep(20);
    return { pid: process.pid };
  },
  'GET /big': async () => ({ text: 'lorem ipsum '.repeat(1000) }),
  'GET /fixed': async (_req, res) => {
    res.headers.set('cache-control', 'no-transform');
    return { text: 'lorem ipsum '.repeat(1000) };
  },
  'POST /echo': async (req) => ({ got: req.body }),
  'POST /crash': async () => {
    process.kill(process.pid, 'SIGKILL');
    await sleep(1000);
  },
  'POST /throw': async () => {
    setTimeout(() => {
      throw new Error('nobody catches this');
    });
    return { thrown: true };
  },
  'POST /exit': async () => process.exit(3),
  'POST /fill': async () => {
    const filled: unknown[] = [];
    // Large arrays fill the heap before the collector of garbage slows the process down.
    for (;;) filled.push(Array.from({ length: 1_000_000 }).fill(0.5));
  },
  'POST /block': async (req) => {
    writeSync(2, 'a handler blocks\n');
    blockEventLoop(Number(req.query.ms));
    return { pid: process.pid };
  },
  'POST /block-native': async (req) => {
    // Blocks until the file exists, for a minute at most: the shell outlives a killed worker.
    const script = 'for n in $(seq 1200); do [ -e "$0" ] && exit; sleep 0.05; done';
    execFileSync('sh', ['-c', script, String(req.query.file)]);
    return { pid: process.pid };
  },
  'POST /block-job': async (req, _res, gctx) =>
    gctx.effects.enqueue('block' as never, { ms: Number(req.query.ms) } as never),
  'GET /events': async function* () {
    for (let n = 0; ; n++) {
      yield { n };
      await sleep(50);
    }
  } as unknown as Handler,
  'POST /jobs': async (_req, res, gctx) => {
    const { id } = await gctx.effects.enqueue('count' as never, { n: 1 } as never);
    res.status = 202;
    return { id };
  },
  'POST /later': async (_req, _res, gctx) => gctx.effects.enqueue('slowly' as never, null as never),
  'POST /where': async (req, _res, gctx) => {
    const { id } = await gctx.effects.enqueue(
      'where' as never,
      { hold: Number(req.query.hold) } as never,
    );
    return { id, pid: process.pid };
  },
  'GET /job': async (req, _res, gctx) => ({ job: await gctx.effects.get(String(req.query.id)) }),
  'GET /jobs': async (_req, _res, gctx) => ({ ran: gctx.state.get('ran') ?? 0 }),
  'GET /config': async (_req, _res, gctx) => ({
    greeting: (gctx.config as { GREETING: string }).GREETING,
  }),
  'GET /payments/total': async () => ({ total: 1 }),
  'POST /payments/echo': async (req, _res, _gctx, lctx) => ({
    got: req.body,
    ip: lctx.client.ip,
    pid: process.pid,
  }),
  'WS /payments/feed': {
    open: (peer) => peer.send({ pid: process.pid }),
    message: (peer, message) => peer.send({ echo: message }),
  },
  'WS /chat': {
    open: (peer) => peer.send('welcome'),
    message: (peer, message) => peer.send({ echo: message }),
  },
  'WS /room': {
    open: (peer) => {
      peer.subscribe(String(peer.query.topic ?? 'all'));
      peer.send({ pid: process.pid });
    },
    message: (peer, message) =>
      peer.publish(
        String(peer.query.topic ?? 'all'),
        message === 'too much' ? new Uint8Array(2 ** 24 + 1) : message,
      ),
  },
};

const slots: BundleRoute[] = Object.entries(handlers).map(([id, handler]) => {
  const [method = '', path = ''] = id.split(' ');
  const live: LoadedRoute = {
    ...(method === 'WS' ? { socket: handler as SocketHooks } : { handler: handler as Handler }),
    middleware: [],
    input: {},
    output: {},
  };
  return {
    id,
    method,
    path,
    domain: path.startsWith('/payments') ? 'payments' : 'root',
    load: () => live,
  };
});
const table = new Map(slots.map((slot) => [`${slot.method} ${slot.path}`, slot]));

const count: EffectFile = {
  run: async (_payload, { gctx }) => {
    gctx.state.set('ran', ((gctx.state.get('ran') as number | undefined) ?? 0) + 1);
  },
};

const block: EffectFile = {
  run: async ({ ms }: { ms: number }) => blockEventLoop(ms),
} as EffectFile;

const where: EffectFile = {
  retry: { attempts: 20 },
  run: async ({ hold }: { hold: number }, { id, attempt, progress, signal }) => {
    console.log(JSON.stringify({ began: id, pid: process.pid, attempt }));
    await progress(50);
    await sleep(hold, undefined, { signal });
    console.log(JSON.stringify({ ended: id, pid: process.pid, attempt }));
    return { by: process.pid };
  },
} as EffectFile;

const slowly: EffectFile = {
  run: async () => {
    await sleep(300);
    console.log('a slow effect ended');
  },
};

const schema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (env: Record<string, string | undefined>) =>
      env.GREETING === 'bad'
        ? { issues: [{ message: 'must not be bad', path: ['GREETING'] }] }
        : { value: { GREETING: env.GREETING ?? 'hi' } },
  },
};

export const release: ReleaseBundle = {
  abi: ABI,
  version: '1.2.3',
  id: 'rel_0123456789abcdef',
  contract: { routes: [], effects: [], modules: [], $defs: {} },
  routes: slots,
  match(method, path) {
    const data = table.get(`${method} ${path}`);
    return data && { data };
  },
  modules: {
    store: () => ({
      default: {
        setup() {
          if (process.env.HANG_MODULE) return announceAndHang('a module is set up');
          if (process.env.BLOCKING_MODULE) blockAfter('a module is set up');
          console.log('a module speaks while it is set up');
          if (process.env.BROKEN_MODULE) throw new Error('no such database');
          return {};
        },
        dispose: () => console.log('store disposed'),
        health: () => process.env.SICK_MODULE === undefined,
      },
    }),
  },
  effects: {
    block: { load: () => block },
    count: { load: () => count },
    slowly: { load: () => slowly },
    where: { load: () => where },
  },
  config: () => schema,
};

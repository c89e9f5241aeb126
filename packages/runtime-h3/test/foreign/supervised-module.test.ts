import { createServer } from 'node:http';
import { until } from '@gati/test-kit/wait';
import { listen } from '@gati/test-kit/ports';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModuleProcess } from '../../src/module-host/module-process.ts';
import { DESCRIPTOR_PATH } from '../../src/module-host/probe.ts';
import { SupervisedModule } from '../../src/module-host/supervised-module.ts';
import { createJsonLogger } from '../../src/telemetry/log/logger.ts';
import { MODULE_LIMITS, type ModuleState } from '../../src/types/foreign.ts';

/** Serves the descriptor and the health of all processes. */
const server = createServer((req, res) => {
  const descriptor = { name: 'm', version: '1.0.0', protocol: 1, methods: {} };
  res.end(JSON.stringify(req.url === DESCRIPTOR_PATH ? descriptor : {}));
});
let port: number;
beforeAll(async () => {
  port = await listen(server);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Attempt {
  succeed(): void;
  fail(): void;
}

interface Supervised {
  module: SupervisedModule;
  /** Sources of the running processes. */
  running: Set<string>;
  attempt(count: number): Promise<Attempt>;
  state(): ModuleState;
}

/** A module whose processes start and fail when the test says so. */
function supervise(source: string): Supervised {
  const attempts: Attempt[] = [];
  const running = new Set<string>();
  let state: ModuleState = {};
  const module = new SupervisedModule(source, {
    name: 'm',
    limits: { ...MODULE_LIMITS, restart: 1 },
    start: (wanted) =>
      new Promise<ModuleProcess>((resolve, reject) => {
        const address = `tcp:${wanted}`;
        let end = (_how: string): void => {};
        const exited = new Promise<string>((ended) => (end = ended));
        const stop = async (): Promise<void> => {
          running.delete(wanted);
          end('code 0');
        };
        const process: ModuleProcess = {
          address,
          endpoint: { host: '127.0.0.1', port },
          pid: 1,
          exited,
          stop,
          endInput: () => {},
          kill: () => void stop(),
        };
        attempts.push({
          succeed() {
            running.add(wanted);
            resolve(process);
          },
          fail: () => reject(new Error('no handshake')),
        });
      }),
    publish: async (next) => {
      state = next;
    },
    logger: createJsonLogger({ level: 'error', write: () => {} }),
  });
  const attempt = (count: number): Promise<Attempt> =>
    until(`attempt ${count} has begun`, () => attempts[count - 1]);
  return { module, running, attempt, state: () => state };
}

test.each(['succeed', 'fail'] as const)(
  'a swap during a restart stays, also when the restart would %s later',
  async (outcome) => {
    const { module, running, attempt, state } = supervise('old');
    const started = module.start().catch(() => {});
    (await attempt(1)).fail();
    await started;
    const restart = await attempt(2);
    const swapped = module.swap('new', async () => {});
    (await attempt(3)).succeed();
    await swapped;
    restart[outcome]();
    // A failure is handled without a wait, a success after two requests to the process.
    await new Promise((resolve) => setImmediate(resolve));
    await until('the late process has ended', () => !running.has('old'));
    expect(state()).toEqual({ address: 'tcp:new' });
    expect(module.source).toBe('new');
    await module.stop();
    expect(running.size).toBe(0);
  },
);

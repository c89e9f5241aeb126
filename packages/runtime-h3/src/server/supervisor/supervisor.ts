import type { Server } from 'node:net';
import { readServerEnv } from '../env.ts';
import { formatStartupError } from '../startup-error.ts';
import { listen, toUrl } from './listener.ts';
import { createScraper } from './scraper.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import { WorkerPool } from './worker-pool.ts';
import type { PublishRelay } from './publish-relay.ts';
import type { WorkerProcess } from './worker-process.ts';

/** The process that people start: holds the port, keeps the workers, passes signals on. It runs none of the app's code. */
export async function runSupervisor(): Promise<void> {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${formatStartupError(error)}\n`);
    process.exit(1);
  }
}

async function run(): Promise<void> {
  // Who reads the first line and goes must not end the server.
  process.stdout.on('error', () => {});
  const env = readServerEnv(process.env);
  const scraper = createScraper();
  const all = (): WorkerProcess[] => [...pool.workers, ...effects.workers];
  let hasQueue = false;
  let isUp = false;
  let relay: Promise<PublishRelay> | undefined;
  const onMessage = (worker: WorkerProcess, message: MessageToSupervisor): void => {
    if (message.gati === 'crowded') void (pool.workers.includes(worker) ? pool : effects).roll();
    else if (message.gati === 'queue') {
      hasQueue = true;
      if (isUp) effects.startInBackground();
    } else if (message.gati === 'publish') {
      // Most servers publish nothing. Messages stay in order.
      relay ??= import('./publish-relay.ts').then(({ createPublishRelay }) =>
        createPublishRelay(log),
      );
      void relay.then((give) => give(pool.workers, worker, message));
    } else scraper.onMessage(all(), worker, message);
  };
  const common = {
    drain: env.drain,
    log,
    onMessage,
    onReady: (worker: WorkerProcess) => worker.send({ gati: 'speak' }),
  };
  const pool = new WorkerPool({ size: env.workers, ...common });
  // Requests don't wait for jobs, nor jobs for requests. `core` and `routes` only enqueue, and `worker` is nothing else.
  const effects = new WorkerPool({ size: env.role === 'all' ? 1 : 0, kind: 'effects', ...common });
  const server = await listen(env.host, env.port, (socket) => {
    // What happens to a connection before it is handed on is its worker's, or nobody's, to tell.
    socket.on('error', () => {});
    pool.assign(socket);
  });
  server.on('error', (error) =>
    log('error', 'a connection could not be accepted', { reason: error.message }),
  );
  obeySignals(server, [pool, effects]);
  await pool.start(() => log('info', 'listening', { url: toUrl(server, env.host) }));
  isUp = true;
  if (hasQueue) effects.startInBackground();
}

function obeySignals(server: Server, pools: WorkerPool[]): void {
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) {
      for (const pool of pools) pool.kill();
      process.exit(1);
    }
    ending = true;
    server.close();
    await Promise.all(pools.map((pool) => pool.stop()));
    process.exit(0);
  };
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => void end());
  process.on('SIGUSR2', () => {
    for (const pool of pools) void pool.roll();
  });
}

function log(
  level: 'info' | 'warn' | 'error',
  msg: string,
  fields?: Record<string, unknown>,
): void {
  process.stdout.write(`${JSON.stringify({ level, msg, ...fields })}\n`);
}

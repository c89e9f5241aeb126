import type { Server } from 'node:net';
import { readServerEnv } from './env.ts';
import { toText } from './fail.ts';
import { WORKER_MARK } from './messages.ts';
import { listen, toUrl } from './listener.ts';
import { createScraper } from './scraper.ts';
import { WorkerPool } from './pool.ts';

/** The process that people start: holds the port, keeps the workers, passes signals on. It runs none of the app's code. */
export async function supervise(): Promise<void> {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${toText(error)}\n`);
    process.exit(1);
  }
}

async function run(): Promise<void> {
  // Who reads the first line and goes must not end the server.
  process.stdout.on('error', () => {});
  const env = readServerEnv(process.env);
  const scraper = createScraper();
  const pool = new WorkerPool({
    size: env.workers,
    mark: WORKER_MARK,
    drain: env.drain,
    log,
    onMessage: (worker, message) => {
      if (message.gati === 'crowded') void pool.roll();
      else scraper.onMessage(pool.workers, worker, message);
    },
    onReady: (worker) => worker.send({ gati: 'speak' }),
  });
  const server = await listen(env.host, env.port, (socket) => {
    // What happens to a connection before it is handed on is its worker's, or nobody's, to tell.
    socket.on('error', () => {});
    pool.give(socket);
  });
  server.on('error', (error) => log('error', 'a connection could not be accepted', { reason: error.message }));
  obeySignals(server, pool);
  await pool.start(() => log('info', 'listening', { url: toUrl(server, env.host) }));
}

function obeySignals(server: Server, pool: WorkerPool): void {
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) {
      pool.kill();
      process.exit(1);
    }
    ending = true;
    server.close();
    await pool.stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => void end());
  process.on('SIGUSR2', () => void pool.roll());
}

function log(level: 'info' | 'warn' | 'error', msg: string, fields?: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ level, msg, ...fields })}\n`);
}

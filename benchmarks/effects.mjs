// Jobs per second and latency of the queues, side by side in one run:
// `npm run effects -- [--jobs 20000] [--only sqlite] [--json]`
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/servers/postgres.ts';
import { startRedis } from '../test/servers/redis.ts';
import { openBullmq } from './effects/bullmq.mjs';
import { openGati } from './effects/gati.mjs';
import { measureLatency, measureRates } from './effects/measure.mjs';
import { openPgBoss } from './effects/pg-boss.mjs';
import { report } from './lib/measure.mjs';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '20000' },
    only: { type: 'string' },
    json: { type: 'boolean' },
  },
});
const jobs = Number(values.jobs);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-bench-effects-'));

/**
 * Servers by the function that starts them: Gati and its peer use the same one. Both are durable:
 * PostgreSQL with its default settings, Redis with `appendfsync always`.
 */
const servers = new Map();
async function on(start, open) {
  if (!servers.has(start)) servers.set(start, await start());
  const server = servers.get(start);
  return server.reason
    ? console.error(`SKIPPED: ${server.reason}`)
    : (options) => open(server.url, options);
}

/** By name: prepares a queue, and returns the function that opens it. */
const queues = {
  'gati sqlite': async () => (options) =>
    openGati(`sqlite:${path.join(folder, 'effects.db')}`, options),
  'gati postgres': () => on(startPostgres, openGati),
  'pg-boss': () => on(startPostgres, openPgBoss),
  'gati redis': () => on(startRedis, openGati),
  bullmq: () => on(startRedis, openBullmq),
};

// An open queue does not keep the process alive.
const alive = setInterval(() => {}, 1000);
try {
  const rows = [];
  for (const [queue, prepare] of Object.entries(queues)) {
    if (values.only && !queue.includes(values.only)) continue;
    const open = await prepare();
    if (!open) continue;
    rows.push({
      queue,
      ...(await measureRates(open, { jobs })),
      ...(await measureLatency(open, { jobs: 200 })),
    });
  }
  report(`Effects: ${jobs} jobs, each durable before it is acknowledged`, rows);
} finally {
  clearInterval(alive);
  for (const server of servers.values()) await server.stop?.();
  fs.rmSync(folder, { recursive: true, force: true });
}

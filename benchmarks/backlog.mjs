// Time of a claim from a queue with a long backlog, and memory of the process:
// `npm run backlog -- [--jobs 1000000] [--only sqlite] [--json]`
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ALL_QUEUES, openQueue } from '@gati/runtime-h3/internal';
import { startPostgres } from '../test/servers/postgres.ts';
import { startRedis } from '../test/servers/redis.ts';
import { median, percentile, report, round } from './lib/measure.mjs';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '1000000' },
    only: { type: 'string' },
    json: { type: 'boolean' },
  },
});
const few = 4000;
const many = Number(values.jobs);
const BATCH = 500;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-bench-backlog-'));

const servers = [];
async function on(start) {
  const server = await start();
  if (server.reason) return void console.error(`SKIPPED: ${server.reason}`);
  servers.push(server);
  return server.url;
}
const queues = {
  sqlite: async () => `sqlite:${path.join(folder, 'effects.db')}`,
  postgres: () => on(startPostgres),
  redis: () => on(startRedis),
};

let next = 0;
const job = () => ({
  id: `job-${String(next++).padStart(9, '0')}`,
  effect: 'job',
  payload: '{"account":"acc_0123456789","amount":4200}',
  priority: 0,
  release: '1.0.0',
  runAt: Date.now(),
});

async function fill(driver, from, to) {
  for (let at = from; at < to; at += BATCH)
    await driver.enqueue(Array.from({ length: Math.min(BATCH, to - at) }, job));
}

/**
 * Milliseconds of a claim of ten jobs. They are acknowledged and enqueued again, so that the backlog
 * keeps its length.
 */
async function claims(driver) {
  const times = [];
  for (let turn = 0; turn < 220; turn++) {
    const begun = performance.now();
    const leases = await driver.claim([{ effect: 'job', count: 10 }], 30_000);
    if (turn >= 20) times.push(performance.now() - begun);
    if (leases.length !== 10) throw new Error(`claimed ${leases.length} jobs, not 10`);
    await Promise.all(leases.map((lease) => driver.ack(lease)));
    await driver.enqueue(leases.map(job));
  }
  return { p50: round(median(times)), p99: round(percentile(times, 99)) };
}

const megabytes = () => Math.round(process.memoryUsage().rss / 1e6);

// An open queue does not keep the process alive.
const alive = setInterval(() => {}, 1000);
const rows = [];
try {
  for (const [name, prepare] of Object.entries(queues)) {
    if (values.only && name !== values.only) continue;
    const url = await prepare();
    if (!url) continue;
    const driver = await openQueue(url, ALL_QUEUES);
    await fill(driver, 0, few);
    const short = await claims(driver);
    const before = megabytes();
    await fill(driver, few, many);
    const long = await claims(driver);
    rows.push({
      queue: name,
      [`claim of 10 among ${few}, p50 ms`]: short.p50,
      'p99 ms': short.p99,
      [`among ${many}, p50 ms`]: long.p50,
      'p99 ms ': long.p99,
      'memory MB, before': before,
      'with the backlog': megabytes(),
    });
    await driver.close();
  }
} finally {
  clearInterval(alive);
  for (const server of servers) await server.stop();
  fs.rmSync(folder, { recursive: true, force: true });
}
report(`A backlog of ${many} jobs`, rows);

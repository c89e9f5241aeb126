// Edits handlers of a running development server while clients call it. Exits with 1 if an edit is
// lost, a request fails, or memory keeps growing:
// `npm run soak -- [--edits 500] [--clients 16] [--handlers 50] [--json]`
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freshFolder, gatiApp, handler, probe } from './lib/app.mjs';
import { percentile, report, round, sleep, until } from './lib/measure.mjs';
import { freePort } from './lib/port.mjs';

const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '500' },
    clients: { type: 'string', default: '16' },
    handlers: { type: 'string', default: '50' },
    json: { type: 'boolean' },
  },
});
const handlers = Number(values.handlers);
const vite = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vite/package.json')),
  'bin/vite.js',
);
const dir = freshFolder('soak');
gatiApp(dir, handlers);
const reads = Array.from({ length: handlers }, (_, i) => i).filter((i) => i % 8 < 4);
const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const child = spawn(
  process.execPath,
  ['--expose-gc', vite, '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
  {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
const exited = new Promise((resolve) => child.once('exit', resolve));
const resident = () =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;

const GAPS = [0, 2, 5, 30, 100];
const ways = {
  async rename(file, text) {
    fs.writeFileSync(`${file}.tmp`, text);
    fs.renameSync(`${file}.tmp`, file);
  },
  async truncate(file, text, turn) {
    const fd = fs.openSync(file, 'w');
    await sleep(GAPS[turn % GAPS.length]);
    fs.writeSync(fd, text);
    fs.closeSync(fd);
  },
};

const traffic = { on: true };
let calls = 0;
const failures = [];
const stampOf = async (i) => JSON.parse(await (await fetch(base + probe(i).url)).text()).stamp;
const client = async (seed) => {
  for (let n = seed; traffic.on; n += 7) {
    const i = reads[n % reads.length];
    const response = await fetch(base + probe(i).url).catch((error) => ({
      status: 0,
      text: async () => String(error),
    }));
    calls++;
    if (response.status !== 200)
      failures.push({ i, status: response.status, text: (await response.text()).slice(0, 300) });
    else await response.text();
    await sleep(4);
  }
};

try {
  await until(
    async () => (await fetch(base + probe(0).url).catch(() => undefined))?.status === 200,
    { every: 20 },
  );
  const clients = Array.from({ length: Number(values.clients) }, (_, n) => client(n));
  await sleep(3000);
  const lost = [];
  const served = [];
  const memory = [];
  for (let turn = 0; turn < Number(values.edits); turn++) {
    const i = reads[turn % reads.length];
    const stamp = `e${turn}`;
    const file = path.join(dir, probe(i).file);
    await ways[turn % 2 === 0 ? 'rename' : 'truncate'](file, handler(i, stamp), turn >> 1);
    const begun = performance.now();
    const seen = await until(async () => (await stampOf(i).catch(() => undefined)) === stamp, {
      timeout: 3000,
      every: 2,
    }).catch(() => false);
    if (seen) served.push(performance.now() - begun);
    else
      lost.push({
        turn,
        file: probe(i).file,
        way: turn % 2 === 0 ? 'rename' : `truncate ${GAPS[(turn >> 1) % GAPS.length]} ms`,
      });
    if (turn % 50 === 49) memory.push(round(resident(), 0));
    if (turn % 3 === 0) await sleep(10); // most edits follow the previous one without a pause
  }
  traffic.on = false;
  await Promise.all(clients);
  const half = memory.slice(Math.floor(memory.length / 2));
  const growth = half.length > 1 ? half.at(-1) - half[0] : 0;
  report('Edits while clients call', [
    {
      edits: Number(values.edits),
      lost: lost.length,
      calls,
      failed: failures.length,
      'p50 ms': round(percentile(served, 50), 1),
      'p95 ms': round(percentile(served, 95), 1),
      'memory MB': memory.join(' '),
      'growth in the second half MB': growth,
    },
  ]);
  if (lost.length > 0 || failures.length > 0) {
    console.error(
      JSON.stringify({ lost: lost.slice(0, 10), failures: failures.slice(0, 10) }, null, 2),
    );
    process.exitCode = 1;
  }
  if (growth > 150) process.exitCode = 1;
} finally {
  traffic.on = false;
  child.kill('SIGTERM');
  await exited;
}

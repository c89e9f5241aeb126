// Jobs a second and latency of queues, side by side in one run: `node effects.mjs [--jobs 20000] [--only sqlite] [--json]`
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openGati } from './effects/gati.mjs';
import { measureLatency, measureRates } from './effects/measure.mjs';
import { report } from './lib/measure.mjs';

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '20000' }, only: { type: 'string' }, json: { type: 'boolean' } },
});
const jobs = Number(values.jobs);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-bench-effects-'));

/** By name: what opens the queue, each time the same one. */
const queues = {
  'gati sqlite': async () => (options) => openGati(`sqlite:${path.join(folder, 'effects.db')}`, options),
};

// A queue alone keeps no process alive.
const alive = setInterval(() => {}, 1000);
try {
  const rows = [];
  for (const [queue, prepare] of Object.entries(queues)) {
    if (values.only && !queue.includes(values.only)) continue;
    const open = await prepare();
    rows.push({ queue, ...(await measureRates(open, { jobs })), ...(await measureLatency(open, { jobs: 200 })) });
  }
  report(`Effects: ${jobs} jobs, each durable before it is acknowledged`, rows);
} finally {
  clearInterval(alive);
  fs.rmSync(folder, { recursive: true, force: true });
}

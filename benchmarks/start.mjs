// Time from spawn to the first response, beside an empty node:http server in a cluster with one worker:
// `npm run start -- [--rounds 15] [--json]`
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, report, round, until } from './lib/measure.mjs';
import { freePort } from './lib/port.mjs';
import { buildMinimalApp } from './lib/minimal-app.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean' } },
});
const here = path.dirname(fileURLToPath(import.meta.url));
const servers = {
  'node:http': { entry: path.join(here, 'servers/supervised-node.mjs'), url: '/hello/world' },
  gati: { entry: path.join(await buildMinimalApp(), 'dist/server/index.mjs'), url: '/hello/world' },
};

const samples = { 'node:http': [], gati: [] };
for (let turn = 0; turn <= Number(values.rounds); turn++) {
  for (const [name, { entry, url }] of Object.entries(servers)) {
    const port = await freePort();
    const started = performance.now();
    const child = spawn(process.execPath, [entry], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        GATI_PANEL: 'off',
        PORT: String(port),
        GATI_WORKERS: '1',
      },
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await until(
      async () =>
        (await fetch(`http://127.0.0.1:${port}${url}`).catch(() => undefined))?.status === 200,
    );
    if (turn > 0) samples[name].push(performance.now() - started);
    child.kill('SIGTERM');
    await exited;
  }
}
report(
  'From spawn to the first response',
  Object.keys(servers).map((name) => ({
    server: name,
    'median ms': round(median(samples[name]), 0),
    ratio: round(median(samples[name].map((value, i) => value / samples['node:http'][i]))),
  })),
);

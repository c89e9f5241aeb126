// Measures the cost of telemetry: `npm run telemetry -- [--rounds 5] [--requests 20000] [--rate 10000] [--seconds 60] [--json]`.
//
// Compares the CPU time per request without telemetry, in a build without the panel, with a store,
// with a trap that matches none of the requests, and with a store and an export, in turn in one run.
// Then sends requests at a steady rate with all of it. `--seconds 0` leaves that out.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load } from './lib/load.mjs';
import { median, report, round } from './lib/measure.mjs';
import { freePort } from './lib/port.mjs';
import { cpuOf, memoryOf, startServer } from './lib/process.mjs';
import { buildRequestApp } from './lib/request-app.mjs';
import { sendAtRate } from './lib/steady.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20000' },
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'boolean' },
  },
});
/** The server that the others are compared with while panel and telemetry are off. */
const bare = 'off, built without the panel';
const count = Number(values.requests);
const request = { method: 'GET', path: '/users/42' };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-telemetry-bench-'));
const app = await buildRequestApp();
const withoutPanel = await buildRequestApp(false);
const started = [];
const start = async (file, env) => {
  const server = await startServer(process.execPath, [file], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: String(await freePort()),
      GATI_WORKERS: '1',
      GATI_EFFECTS: 'memory:',
      GATI_PANEL: 'off',
      ...env,
    },
    // A store on Node 20 needs `libsql`, which the app has.
    cwd: app,
  });
  started.push(server);
  return server;
};
const startApp = async (env, folder = app) => {
  const server = await start(path.join(folder, 'dist/server/index.mjs'), env);
  return { ...server, ...(await processesOf(server)) };
};

/** Returns the process ids of the worker and, if there is one, of the collector. */
async function processesOf({ url }) {
  for (let tries = 0; ; tries++) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const pids = Object.fromEntries(
      [...text.matchAll(/process_cpu_seconds_total\{process="(\w+)",pid="(\d+)"\}/g)].map(
        ([, kind, pid]) => [kind, Number(pid)],
      ),
    );
    // The collector starts after the worker.
    if (pids.collector !== undefined || tries === 20) return { pids };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

try {
  const sink = await start(
    path.join(path.dirname(fileURLToPath(import.meta.url)), 'servers/otlp-sink.mjs'),
    {},
  );
  const store = (name) => ({ GATI_TELEMETRY: `sqlite:${folder}/${name}.db` });
  const servers = {
    off: await startApp({ GATI_TELEMETRY: 'off' }),
    [bare]: await startApp({ GATI_TELEMETRY: 'off' }, withoutPanel),
    store: await startApp(store('store')),
    'store, trap for another route': await startApp(store('trap')),
    'store and export': await startApp({ ...store('both'), OTEL_EXPORTER_OTLP_ENDPOINT: sink.url }),
  };
  const words = ['trap', 'add', '--route=/users', '--method=POST', '--for=1h'];
  execFileSync(process.execPath, [path.join(app, 'dist/server/index.mjs'), ...words], {
    env: { PATH: process.env.PATH, ...store('trap') },
    cwd: app,
  });
  const samples = Object.fromEntries(
    Object.keys(servers).map((name) => [name, { worker: [], collector: [] }]),
  );
  for (let turn = 0; turn <= Number(values.rounds); turn++)
    for (const [name, { url, pids }] of Object.entries(servers)) {
      const read = () => ({
        worker: cpuOf(pids.http),
        collector: pids.collector === undefined ? 0 : cpuOf(pids.collector),
      });
      const before = read();
      const statuses = await load(url, { ...request, count });
      // Records that wait for the collector belong to these requests.
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (statuses['200'] !== count) throw new Error(`${name}: ${JSON.stringify(statuses)}`);
      if (turn === 0) continue; // warms up
      const after = read();
      for (const kind of ['worker', 'collector'])
        samples[name][kind].push((after[kind] - before[kind]) / count);
    }
  const memory = Object.fromEntries(
    Object.entries(servers).map(([name, { pid }]) => [name, memoryOf(pid)]),
  );
  const added = (name) => median(samples[name].worker.map((us, i) => us - samples.off.worker[i]));
  report(
    'CPU time per request in microseconds (median; the collector is a process of its own), and memory after the requests',
    Object.keys(servers).map((name) => ({
      telemetry: name,
      worker: round(median(samples[name].worker), 1),
      'over off': round(added(name), 1),
      collector: round(median(samples[name].collector), 1),
      processes: memory[name].processes,
      'memory in MB': round(memory[name].megabytes, 0),
    })),
  );
  const cpu = (name) => median(samples[name].worker);
  report('What the installed panel costs while it and telemetry are off: ratios of this run', [
    {
      'CPU time per request': `${round(cpu('off') / cpu(bare), 2)}×`,
      memory: `${round(memory.off.megabytes / memory[bare].megabytes, 2)}×`,
      'further processes': memory.off.processes - memory[bare].processes,
    },
  ]);
  const seconds = Number(values.seconds);
  if (seconds > 0) {
    const { url } = servers['store and export'];
    const result = await sendAtRate(url, { ...request, rate: Number(values.rate), seconds });
    const text = await (await fetch(`${url}/metrics`)).text();
    const drops = [...text.matchAll(/^gati_telemetry_dropped_total\{(.*)\} (\d+)$/gm)];
    report(`${values.rate} requests a second for ${seconds} s, with store and export`, [
      {
        ...result,
        dropped: drops.map(([, labels, records]) => `${labels}: ${records}`).join('; ') || 'none',
      },
    ]);
  }
} finally {
  for (const server of started) await server.stop();
  fs.rmSync(folder, { recursive: true, force: true });
}

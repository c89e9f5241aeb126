// CPU time per request, side by side in one run:
// `npm run request -- [--rounds 5] [--requests 20000] [--only gati,h3] [--json]`
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildRequestApp } from './lib/request-app.mjs';
import { load } from './lib/load.mjs';
import { median, report, round } from './lib/measure.mjs';
import { freePort } from './lib/port.mjs';
import { cpuOf, startServer } from './lib/process.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20000' },
    json: { type: 'boolean' },
    only: { type: 'string' },
  },
});
const count = Number(values.requests);
const body = JSON.stringify({
  name: 'Ada',
  email: 'ada@example.org',
  age: 36,
  active: true,
  tags: ['a', 'b'],
  address: { city: 'London', zip: 'NW1' },
});
const work = {
  GET: { method: 'GET', path: '/users/42', status: '200' },
  POST: { method: 'POST', path: '/users', body, status: '201' },
};

const file = (name) =>
  path.join(path.dirname(fileURLToPath(import.meta.url)), 'servers', `${name}.mjs`);
const env = async () => ({
  ...process.env,
  // The panel, and its telemetry, are measured by themselves.
  GATI_PANEL: 'off',
  NODE_ENV: 'production',
  PORT: String(await freePort()),
  GATI_WORKERS: '1',
});
const wanted = values.only?.split(',') ?? ['gati', 'h3', 'fastify', 'hono', 'elysia', 'express'];
const servers = {};
try {
  for (const name of ['node', ...wanted]) {
    const entry =
      name === 'gati' ? path.join(await buildRequestApp(), 'dist/server/index.mjs') : file(name);
    servers[name] = await startServer(process.execPath, [entry], { env: await env() });
  }
  const samples = Object.fromEntries(
    Object.keys(servers).map((name) => [name, { GET: [], POST: [] }]),
  );
  for (let turn = 0; turn <= Number(values.rounds); turn++) {
    for (const [name, server] of Object.entries(servers)) {
      for (const [kind, { status, ...request }] of Object.entries(work)) {
        const before = cpuOf(server.pid);
        const statuses = await load(server.url, { ...request, count });
        if (statuses[status] !== count)
          throw new Error(`${name} ${kind}: ${JSON.stringify(statuses)}`);
        if (turn > 0) samples[name][kind].push((cpuOf(server.pid) - before) / count); // the first turn warms up
      }
    }
  }
  const ratios = (name, kind) =>
    median(samples[name][kind].map((value, i) => value / samples.node[kind][i]));
  report(
    'CPU time per request, as a ratio to bare node:http in the same round (median)',
    Object.keys(servers).map((name) => ({
      server: name,
      'GET µs': round(median(samples[name].GET), 1),
      'GET ratio': round(ratios(name, 'GET')),
      'POST µs': round(median(samples[name].POST), 1),
      'POST ratio': round(ratios(name, 'POST')),
    })),
  );
} finally {
  for (const server of Object.values(servers)) await server.stop();
}

// `npm run drill [-- --json] [--built]`: tests the failover between two regions on this machine.
// Each region is a network namespace with a built server and its workers. A front sends connections
// to both, as Global Accelerator does. One region then loses all packets. Prints the seconds until
// new connections succeed, the lost requests, and the jobs that ran twice. Exits with 1 after more
// than 30 seconds, and if an accepted job did not run. It takes about a minute.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  bin,
  buildPackages,
  ensureInstalled,
  fail,
  needNode,
  root,
  say,
  step,
} from '../../scripts/lib/steps.mjs';
import { PATIENCE, request, secondsUntilWell, startClients } from './lib/clients.mjs';
import { HEALTH, startFront } from './lib/front.mjs';
import { createRegion, whyNoRegions } from './lib/regions.mjs';

/** Seconds within which new connections must succeed again. */
const LIMIT = 30;
const NAMES = ['region-a', 'region-b'];
/** Long-lived connections. */
const KEPT = 10;
const WARM_UP = 5000;
/** Milliseconds after the failure in which requests are sent. */
const WATCHED = 40_000;
/**
 * Milliseconds within which the other region must run the jobs of the lost region, once their
 * leases end.
 */
const JOBS_LIMIT = 90_000;
const app = path.join(root, '.cache/drill');

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
  },
});
needNode();
const reason = whyNoRegions();
if (reason !== undefined) fail(`No drill on this machine: ${reason}.`);
if (!values.built) {
  await ensureInstalled();
  await buildPackages();
}
await step('build the app', buildApp);

const stops = [];
const stopAll = async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
};
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));
try {
  const result = await drill();
  print(result);
  process.exitCode = result.seconds <= LIMIT && result.jobs.lost === 0 ? 0 : 1;
} finally {
  await stopAll();
}

function buildApp() {
  fs.rmSync(app, { recursive: true, force: true });
  fs.cpSync(path.join(root, 'test/drill/app'), app, { recursive: true });
  const options = { cwd: app, stdio: ['ignore', 2, 2] };
  const { status } = spawnSync(process.execPath, [bin('vite/bin/vite.js'), 'build'], options);
  if (status !== 0) fail('The app could not be built.');
}

async function drill() {
  const runs = path.join(app, 'runs.txt');
  fs.writeFileSync(runs, '');
  const regions = NAMES.map((name, index) => {
    const region = createRegion(name, index + 1);
    stops.push(() => region.stop());
    return region;
  });
  await step('start the queue and two regions', async () => {
    const port = await startQueue(regions);
    for (const region of regions)
      await region.start(path.join(app, 'dist/server/index.mjs'), {
        REGION: region.name,
        DRILL_RUNS: runs,
        GATI_WORKERS: '1',
        GATI_PANEL: 'off',
        GATI_EFFECTS: `redis://${region.gateway}:${port}`,
      });
  });
  const front = await startFront(regions);
  stops.push(() => front.stop());
  const clients = startAllClients(front.url);
  await pause(WARM_UP);
  const lost = performance.now();
  regions[0].blackhole();
  say(`> ${NAMES[0]} loses all packets`);
  await pause(WATCHED);
  await Promise.all(Object.values(clients).map(({ stop }) => stop()));
  const { fresh, kept, jobs } = clients;
  const accepted = jobs.requests.flatMap(({ ok }, id) => (ok ? [String(id)] : []));
  const ran = await step('run the accepted jobs', () => untilRun(runs, accepted));
  regions[0].restore();
  const failedOf = ({ requests }) => requests.filter(({ ok }) => !ok).length;
  return {
    seconds: secondsUntilWell(fresh.requests, lost),
    limit: LIMIT,
    health: HEALTH,
    newConnections: { sent: fresh.requests.length, lost: failedOf(fresh) },
    keptConnections: {
      sent: kept.requests.length,
      lost: failedOf(kept),
      seconds: secondsUntilWell(kept.requests, lost),
    },
    jobs: {
      sent: jobs.requests.length,
      accepted: accepted.length,
      lost: accepted.filter((id) => !ran.has(id)).length,
      twice: accepted.filter((id) => ran.get(id) > 1).length,
      unanswered: [...ran.keys()].filter((id) => !jobs.requests[Number(id)].ok).length,
    },
    failedBefore: fresh.requests.filter(({ began, ok }) => began < lost - PATIENCE && !ok).length,
  };
}

/** Starts the queue of both regions outside of them. */
async function startQueue(regions) {
  const port = 20_000 + (process.pid % 20_000);
  const hosts = regions.map(({ gateway }) => gateway);
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', ...hosts, '--protected-mode', 'no', '--save', ''],
    { cwd: app, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  stops.push(() => void child.kill('SIGTERM'));
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => String(text).includes('Ready to accept') && resolve());
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
  });
  return port;
}

function startAllClients(url) {
  const agents = Array.from(
    { length: KEPT },
    () => new http.Agent({ keepAlive: true, maxSockets: 1 }),
  );
  stops.push(() => agents.forEach((agent) => agent.destroy()));
  return {
    fresh: startClients(100, () => request(`${url}/region`)),
    kept: startClients(100, (count) => request(`${url}/region`, { agent: agents[count % KEPT] })),
    jobs: startClients(200, (id) =>
      request(`${url}/jobs`, {
        method: 'POST',
        body: JSON.stringify({ id: String(id) }),
        status: 202,
      }),
    ),
  };
}

/** Returns how often each job ran, once all accepted ones did or the time is over. */
async function untilRun(file, accepted) {
  const deadline = performance.now() + JOBS_LIMIT;
  for (;;) {
    const ran = new Map();
    for (const line of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const [id] = line.split(' ');
      ran.set(id, (ran.get(id) ?? 0) + 1);
    }
    if (accepted.every((id) => ran.has(id)) || performance.now() > deadline) return ran;
    await pause(500);
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function print(result) {
  if (values.json) return void process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  const { seconds, newConnections, keptConnections, jobs } = result;
  for (const line of [
    `new connections succeed after   ${seconds.toFixed(1)} s (limit ${LIMIT})`,
    `kept connections succeed after  ${keptConnections.seconds.toFixed(1)} s`,
    `lost requests, new connections  ${newConnections.lost} of ${newConnections.sent}`,
    `lost requests, kept connections ${keptConnections.lost} of ${keptConnections.sent}`,
    `jobs accepted                   ${jobs.accepted} of ${jobs.sent}`,
    `accepted jobs that never ran    ${jobs.lost}`,
    `accepted jobs that ran twice    ${jobs.twice}`,
    `jobs without a response that ran ${jobs.unanswered}`,
  ])
    process.stdout.write(`${line}\n`);
}

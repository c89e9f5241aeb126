// `npm run faults -- [--only FAULT[,FAULT]] [--json] [--built]`: calls a module with one fault after the
// other on a built server, and compares another route with that of a server whose module works. Exits
// with 1 if a response is late or has another status, or the other route is slower. It needs Linux.
import os from 'node:os';
import { parseArgs } from 'node:util';
import {
  buildPackages,
  ensureInstalled,
  fail,
  needNode,
  say,
  step,
} from '../../scripts/lib/steps.mjs';
import { request, sleep } from '../attack/lib/client.mjs';
import { buildApp, startServer, untilTrue } from '../attack/lib/server.mjs';
import { FAULTS } from './app/modules/faulty/faults.mjs';
import { openMeter } from './lib/latency.mjs';

const CALLERS = 8;
/** Milliseconds between two calls of a caller. */
const PAUSE = 100;
/** Milliseconds that a response may take: a module has 1000. */
const LATEST = 1500;
/** Pairs of measurements, one of each server in turn, and milliseconds of one. */
const PAIRS = 5;
const BLOCK = 1500;
/** Ratio of the 99th percentiles of the other route, with and without the fault. */
const MAX_RATIO = 1.2;
/** MB that no process may need. */
const MEMORY = 300;
/**
 * Maximum number of runs of a fault. A run may only be slow because other processes use the CPU.
 */
const TRIES = 3;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    // The packages are built.
    built: { type: 'boolean', default: false },
  },
});
needNode();
if (process.platform !== 'linux') fail('The faults read /proc: run them on Linux.');
const names = values.only?.split(',') ?? Object.keys(FAULTS);
const unknown = names.find((name) => !(name in FAULTS));
if (unknown) fail(`There is no fault ${unknown}. Faults: ${Object.keys(FAULTS).join(', ')}.`, 2);
if (!values.built) {
  await ensureInstalled();
  await buildPackages();
}
await step('build the app', () => buildApp('faults'));
const meter = openMeter();
const rows = [];
for (const name of names) {
  const row = await step(`${name}: ${FAULTS[name].about}`, () => again(name));
  if (!values.json) print(row);
  rows.push(row);
}
await meter.close();
if (values.json) console.log(JSON.stringify(rows, undefined, 2));
const [load] = os.loadavg();
if (load > 1.5 * os.availableParallelism())
  say(`The load of this machine is ${load.toFixed(1)}: its times say little.`);
process.exit(rows.every(({ ok }) => ok) ? 0 : 1);

async function again(name) {
  for (let tries = 1; ; tries++) {
    const row = await compare(name);
    if (row.ok || tries === TRIES) return row;
    say(`  again: ratio ${row.ratio.toFixed(2)}, slowest ${Math.round(row.slowest)} ms`);
  }
}

/** Sends the same requests to a server with the fault and to one without, in turn. */
async function compare(name) {
  const sound = await startServer('faults', {});
  const faulty = await startServer('faults', { FAULT: name });
  try {
    await untilRunning(sound.port);
    const calls = [];
    const quiet = [];
    const disturbed = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      quiet.push(await block(sound.port, []));
      disturbed.push(await block(faulty.port, calls));
    }
    const statuses = {};
    for (const { status } of calls) statuses[status] = (statuses[status] ?? 0) + 1;
    const [before, after] = [quiet, disturbed].map((times) => median(times.map(p99)));
    const slowest = Math.max(...calls.map(({ ms }) => ms));
    const ratio = after / before;
    const memory = Math.max(sound.peak(), faulty.peak());
    const isExpected = calls.every(({ status }) => FAULTS[name].statuses.includes(status));
    const ok = isExpected && slowest <= LATEST && ratio <= MAX_RATIO && memory <= MEMORY;
    return { name, statuses, slowest, before, after, ratio, memory, ok };
  } finally {
    await Promise.all([sound.stop(), faulty.stop()]);
  }
}

async function untilRunning(port) {
  const isRunning = async () => (await request(port, '/call')).status === 200;
  if ((await untilTrue(isRunning, 20_000)) === undefined) throw new Error('The module is down.');
}

/** Measures the other route while callers call the module. */
async function block(port, calls) {
  const end = performance.now() + BLOCK;
  const callers = Array.from({ length: CALLERS }, async () => {
    while (performance.now() < end) {
      calls.push(await request(port, '/call'));
      await sleep(PAUSE);
    }
  });
  const times = await meter.measure(port, '/calm', BLOCK);
  await Promise.all(callers);
  return times;
}

function sorted(values) {
  return values.toSorted((a, b) => a - b);
}

function p99(times) {
  return sorted(times)[Math.floor(times.length * 0.99)];
}

function median(values) {
  return sorted(values)[Math.floor(values.length / 2)];
}

function print({ name, statuses, slowest, before, after, ratio, memory, ok }) {
  const counts = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  const other = `p99 of the other route ${before.toFixed(1)} → ${after.toFixed(1)} ms, ${ratio.toFixed(2)} times`;
  console.log(
    `${name.padEnd(10)} ${counts.join(', ')}; slowest ${Math.round(slowest)} ms; ${other}; ${Math.round(memory)} MB; ${ok ? 'ok' : 'NO'}`,
  );
}

// `npm run attack -- [--only ROW[,ROW]] [--json] [--built]`: attacks a built server with two workers over loopback, and
// prints what each attack cost. Exits with 1 if a figure is over its limit. It needs Linux (`/proc`).
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
import { Clients } from './lib/client.mjs';
import { watchLivez } from './lib/livez.mjs';
import { buildApp, startServer } from './lib/server.mjs';
import { rows as input } from './rows/input.mjs';
import { rows as output } from './rows/output.mjs';
import { rows as workers } from './rows/workers.mjs';

/** MB that no process may need. */
const MEMORY = 300;
/** Milliseconds of the slowest response of `/livez`. */
const LIVEZ = 1000;
/** How often a row may run. */
const TRIES = 3;
/** Milliseconds that a row may take. */
const ROW_TIME = 120_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    // The packages are built.
    built: { type: 'boolean', default: false },
  },
});
needNode();
if (process.platform !== 'linux')
  fail('The attacks read the memory of processes from /proc: run them on Linux.');
const all = [...output, ...input, ...workers];
const names = values.only?.split(',') ?? all.map(({ name }) => name);
const unknown = names.find((name) => !all.some((row) => row.name === name));
if (unknown)
  fail(`There is no row ${unknown}. Rows: ${all.map(({ name }) => name).join(', ')}.`, 2);

if (!values.built) {
  await ensureInstalled();
  await buildPackages();
}
await step('build the attacked app', () => buildApp('attack'));
const figures = [];
for (const row of all.filter(({ name }) => names.includes(name)))
  figures.push(...(await step(`${row.name}: ${row.about}`, () => attackAgain(row))));
print();
const [load] = os.loadavg();
if (load > 1.5 * os.availableParallelism())
  say(`The load of this machine is ${load.toFixed(1)}: its times say little.`);
process.exit(figures.every(({ ok }) => ok) ? 0 : 1);

/** Runs a row until its times are within their limits: other processes only make them longer. */
async function attackAgain(row) {
  for (let tries = 1; ; tries++) {
    const found = await attack(row);
    const over = found.filter(({ ok }) => !ok);
    if (over.length === 0 || tries === TRIES || over.some(({ unit }) => unit !== 'ms'))
      return found;
    say(`  again: ${over.map(({ what, value }) => `${what}: ${Math.round(value)} ms`).join(', ')}`);
  }
}

/** Runs one row against a server of its own. Returns its figures. */
async function attack({ name, env = {}, readsLog, livez = true, run }) {
  const server = await startServer('attack', env, { readsLog });
  const clients = new Clients(server.port);
  const watch = livez ? watchLivez(server.port, server.processes()) : undefined;
  const found = [];
  const late = setTimeout(() => fail(`${name} did not end within ${ROW_TIME} ms.`), ROW_TIME);
  try {
    found.push(...(await run({ server, port: server.port, clients })));
  } catch (error) {
    found.push({ what: `failed: ${error.message}`, unit: '', value: undefined, max: 0 });
  }
  if (watch)
    found.push({ what: 'slowest /livez', unit: 'ms', max: LIVEZ, value: await watch.stop() });
  found.push({
    what: 'memory of the largest process',
    unit: 'MB',
    max: MEMORY,
    value: server.peak(),
  });
  clearTimeout(late);
  clients.destroy();
  await server.stop();
  return found.map((figure) => ({ row: name, ...figure, ok: isWithin(figure) }));
}

function isWithin({ value, min = -Infinity, max = Infinity }) {
  return value !== undefined && value >= min && value <= max;
}

function print() {
  if (values.json) return void console.log(JSON.stringify(figures, undefined, 2));
  const lines = figures.map(({ row, what, value, unit, min, max, ok }) => [
    row,
    `${what}: ${value === undefined ? 'none' : Math.round(value)} ${unit}`.trim(),
    [min !== undefined && `≥ ${min}`, max !== undefined && `≤ ${max}`].filter(Boolean).join(', '),
    ok ? 'ok' : 'NO',
  ]);
  const table = [['row', 'figure', 'limit', 'ok'], ...lines];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...table.map((line) => line[column].length)),
  );
  for (const line of table)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join(' | ')
        .trimEnd(),
    );
  say('');
}

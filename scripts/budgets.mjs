// `npm run budgets`: measures what users download and load, and fails where it exceeds `budgets.json`. `--json` prints the figures alone.
import { build, transform } from 'esbuild';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { manifestOf, packAll, PACKAGES } from './lib/pack.mjs';
import { bin, root, run } from './lib/steps.mjs';

const budgets = JSON.parse(fs.readFileSync(path.join(root, 'budgets.json'), 'utf8'));
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-budgets-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));

run(process.execPath, [path.join(root, 'scripts/build.mjs')]);
const measured = { entries: await entries(), install: installs(), server: await serverBundle() };

const rows = Object.entries(budgets).flatMap(([group, limits]) =>
  Object.entries(limits).map(([name, limit]) => {
    const value = measured[group]?.[name];
    return { group, name, value, limit, over: value === undefined || value > limit };
  }),
);
const unbudgeted = Object.entries(measured).flatMap(([group, values]) =>
  Object.keys(values)
    .filter((name) => budgets[group]?.[name] === undefined)
    .map((name) => ({ group, name, value: values[name], limit: undefined, over: true })),
);
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(measured)}\n`);
else table([...rows, ...unbudgeted]);
if ([...rows, ...unbudgeted].some(({ over }) => over)) {
  process.stderr.write('\nOver budget, or without one. Make it smaller, or raise budgets.json in the same change and say why.\n');
  process.exitCode = 1;
}

/** Own code of each entry, dependencies left out: minified and gzipped bytes. */
async function entries() {
  const sizes = {};
  for (const folder of PACKAGES) {
    const { name, exports } = manifestOf(folder);
    for (const [key, target] of Object.entries(exports)) {
      if (!target.default) continue;
      const file = path.join(root, 'packages', folder, target.default);
      const { outputFiles } = await build({
        entryPoints: [file],
        bundle: true,
        minify: true,
        write: false,
        format: 'esm',
        platform: 'node',
        packages: 'external',
        external: ['virtual:*'],
        logLevel: 'error',
      });
      sizes[key === '.' ? name : `${name}${key.slice(1)}`] = gzipSync(outputFiles[0].contents, { level: 9 }).length;
    }
  }
  return sizes;
}

/** Each packed package in a folder of its own, peers left out: bytes on disk, and packages beside it. */
function installs() {
  const figures = {};
  const packed = packAll(path.join(work, 'packed'));
  const tarball = (name) => packed.find((each) => each.name === name).file;
  for (const folder of PACKAGES) {
    const { name } = manifestOf(folder);
    const cwd = fs.mkdtempSync(path.join(work, 'install-'));
    fs.writeFileSync(path.join(cwd, 'package.json'), '{"private":true}');
    const files = [name, ...sistersOf(folder)].map(tarball);
    const args = [
      'install',
      ...files,
      '--ignore-scripts',
      '--legacy-peer-deps',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--loglevel=error',
    ];
    const { status, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
    if (status !== 0) throw new Error(`npm install of ${name}: ${stderr}`);
    const lock = JSON.parse(fs.readFileSync(path.join(cwd, 'node_modules/.package-lock.json'), 'utf8'));
    figures[`${name} kB`] = Math.round(bytesBelow(path.join(cwd, 'node_modules')) / 1000);
    figures[`${name} dependencies`] = Object.keys(lock.packages).length - 1;
  }
  return figures;
}

/** Packages of this repository that `folder` needs, directly or not. */
function sistersOf(folder) {
  const own = new Map(PACKAGES.map((each) => [manifestOf(each).name, each]));
  const needed = Object.keys(manifestOf(folder).dependencies ?? {}).filter((name) => own.has(name));
  return [...new Set(needed.flatMap((name) => [name, ...sistersOf(own.get(name))]))];
}

/** The minimal template's server: minified bytes of what its entry imports at start, and of what loads later. */
async function serverBundle() {
  const app = path.join(root, '.cache/budgets/minimal');
  fs.rmSync(app, { recursive: true, force: true });
  fs.cpSync(path.join(root, 'templates/minimal'), app, { recursive: true });
  run(process.execPath, [bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: app });
  const server = path.join(app, 'dist/server');
  const atStart = importedFrom(path.join(server, 'index.mjs'));
  const later = fs
    .readdirSync(server, { recursive: true })
    .map((file) => path.join(server, file))
    .filter((file) => file.endsWith('.mjs') && !atStart.has(file));
  return { 'minimal at start': await minifiedBytes(atStart), 'minimal later': await minifiedBytes(later) };
}

/** The files that `file` and its static imports reach. */
function importedFrom(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const code = fs.readFileSync(file, 'utf8');
  for (const [, specifier] of code.matchAll(/(?:^|[;\s])(?:import|export)\s*(?:[\w*$\s{},]+?\s*from\s*)?["'](\.[^"']+)["']/g)) {
    importedFrom(path.resolve(path.dirname(file), specifier), seen);
  }
  return seen;
}

async function minifiedBytes(files) {
  let sum = 0;
  for (const file of files)
    sum += Buffer.byteLength((await transform(fs.readFileSync(file, 'utf8'), { minify: true, format: 'esm' })).code);
  return sum;
}

function bytesBelow(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}

function table(lines) {
  const text = lines.map(({ group, name, value, limit, over }) => [
    group,
    name,
    value ?? 'missing',
    limit ?? 'no budget',
    over ? 'OVER' : '',
  ]);
  const head = ['', 'what', 'measured', 'budget', ''];
  const widths = head.map((_, column) => Math.max(...[head, ...text].map((row) => String(row[column]).length)));
  for (const row of [head, ...text]) {
    const cells = row.map((cell, i) => (typeof cell === 'number' ? String(cell).padStart(widths[i]) : String(cell).padEnd(widths[i])));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

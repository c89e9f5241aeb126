// `npm run budgets`: measures what users download and load, and fails if a figure exceeds
// `budgets.json`. `--json` prints the figures only.
import { build } from 'esbuild';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { manifestOf, packAll, PACKAGES } from './lib/pack.mjs';
import { bin, root, run } from './lib/steps.mjs';

const budgets = JSON.parse(fs.readFileSync(path.join(root, 'budgets.json'), 'utf8'));
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-budgets-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));

run(process.execPath, [path.join(root, 'scripts/build.mjs')]);
const measured = {
  entries: await measureEntries(),
  install: measureInstalls(),
  server: await measureServer(),
  panel: measurePanel(),
};

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
else printTable([...rows, ...unbudgeted]);
if ([...rows, ...unbudgeted].some(({ over }) => over)) {
  process.stderr.write(
    '\nOver budget, or without a budget. Make it smaller, or raise the limit in budgets.json in the same change and explain why.\n',
  );
  process.exitCode = 1;
}

/** Code of each entry without its dependencies, in bytes: minified and gzipped. */
async function measureEntries() {
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
      sizes[key === '.' ? name : `${name}${key.slice(1)}`] = gzipSync(outputFiles[0].contents, {
        level: 9,
      }).length;
    }
  }
  return sizes;
}

/** Each packed package installed alone, without peers: kilobytes on disk, and number of dependencies. */
function measureInstalls() {
  const figures = {};
  const packed = packAll(path.join(work, 'packed'));
  const tarball = (name) => packed.find((each) => each.name === name).file;
  for (const folder of PACKAGES) {
    const { name } = manifestOf(folder);
    const cwd = fs.mkdtempSync(path.join(work, 'install-'));
    fs.writeFileSync(path.join(cwd, 'package.json'), '{"private":true}');
    const files = [name, ...siblingsOf(folder)].map(tarball);
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
    const { status, stderr } = spawnSync('npm', args, {
      cwd,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error(`npm install of ${name}: ${stderr}`);
    const lock = JSON.parse(
      fs.readFileSync(path.join(cwd, 'node_modules/.package-lock.json'), 'utf8'),
    );
    figures[`${name} kB`] = Math.round(bytesBelow(path.join(cwd, 'node_modules')) / 1000);
    figures[`${name} dependencies`] = Object.keys(lock.packages).length - 1;
  }
  return figures;
}

/** Names of the packages of this repository that `folder` depends on, directly or not. */
function siblingsOf(folder) {
  const own = new Map(PACKAGES.map((each) => [manifestOf(each).name, each]));
  const needed = Object.keys(manifestOf(folder).dependencies ?? {}).filter((name) => own.has(name));
  return [...new Set(needed.flatMap((name) => [name, ...siblingsOf(own.get(name))]))];
}

/**
 * The server of the minimal template, in bytes: modules that its processes have loaded after the first
 * response, and modules that load later.
 */
async function measureServer() {
  const app = path.join(root, '.cache/budgets/minimal');
  fs.rmSync(app, { recursive: true, force: true });
  fs.cpSync(path.join(root, 'templates/minimal'), app, { recursive: true });
  run(process.execPath, [bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: app });
  const server = path.join(app, 'dist/server');
  const entry = path.join(server, 'index.mjs');
  const atStart = await loadedBy(entry, 'off');
  const sum = (files) => files.reduce((bytes, file) => bytes + fs.statSync(file).size, 0);
  const modules = fs
    .readdirSync(server, { recursive: true })
    .filter((name) => name.endsWith('.mjs') && !name.startsWith('panel'))
    .map((name) => path.join(server, name));
  const withPanel = await loadedBy(entry, 'on');
  return {
    'minimal at start': sum(modules.filter((file) => atStart.has(file))),
    'minimal later': sum(modules.filter((file) => !atStart.has(file))),
    'minimal at start with the panel': sum(
      [...withPanel].filter((file) => file.startsWith(server)),
    ),
    'files of the panel': bytesBelow(path.join(server, 'panel')),
  };
}

/**
 * The pages of the panel, gzipped: what the first page loads, and each chunk with its style sheets
 * alone.
 */
function measurePanel() {
  const folder = path.join(root, 'packages/devtools/dist/app');
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
  const gzipped = (file) => gzipSync(fs.readFileSync(path.join(folder, file)), { level: 9 }).length;
  const filesOf = ({ file, css = [] }) => [file, ...css];
  const loadedBy = (key, seen = new Set()) => {
    if (seen.has(key)) return [];
    seen.add(key);
    const { imports = [] } = manifest[key];
    return [...filesOf(manifest[key]), ...imports.flatMap((each) => loadedBy(each, seen))];
  };
  const first = new Set(['index.html', 'pages/OverviewPage.vue'].flatMap((key) => loadedBy(key)));
  const sizes = { 'first load': [...first].reduce((sum, file) => sum + gzipped(file), 0) };
  for (const chunk of Object.values(manifest).filter(({ file }) => file.endsWith('.js')))
    sizes[chunk.name] = filesOf(chunk).reduce((sum, file) => sum + gzipped(file), 0);
  return sizes;
}

/** Files that the server has loaded after the first response. V8 reports them when a process exits. */
async function loadedBy(entry, panel) {
  const coverage = path.join(work, `coverage-${panel}`);
  const env = {
    ...process.env,
    GATI_PANEL: panel,
    PORT: '0',
    GATI_WORKERS: '1',
    // The code that watches the workers loads a second after the start, which may be over by then.
    GATI_HEARTBEAT_TIMEOUT: '0',
    NODE_V8_COVERAGE: coverage,
  };
  const server = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: server.stdout });
  const [first] = await once(lines, 'line');
  // The second line has the address of the panel.
  if (panel === 'on') await once(lines, 'line');
  const response = await fetch(new URL('/hello/Ada', JSON.parse(first).url));
  if (response.status !== 200) throw new Error(`The minimal template responded ${response.status}`);
  server.kill('SIGTERM');
  await once(server, 'exit');
  const reports = fs
    .readdirSync(coverage)
    .map((name) => JSON.parse(fs.readFileSync(path.join(coverage, name), 'utf8')));
  const urls = reports
    .flatMap(({ result }) => result.map(({ url }) => url))
    .filter((url) => url.startsWith('file:'));
  return new Set(urls.map((url) => fileURLToPath(url)));
}

function bytesBelow(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) => sum + fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size,
      0,
    );
}

function printTable(lines) {
  const text = lines.map(({ group, name, value, limit, over }) => [
    group,
    name,
    value ?? 'missing',
    limit ?? 'no budget',
    over ? 'OVER' : '',
  ]);
  const head = ['', 'what', 'measured', 'budget', ''];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...text].map((row) => String(row[column]).length)),
  );
  for (const row of [head, ...text]) {
    const cells = row.map((cell, i) =>
      typeof cell === 'number' ? String(cell).padStart(widths[i]) : String(cell).padEnd(widths[i]),
    );
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

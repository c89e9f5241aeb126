// `npm run build -- [--force] [name…]`: builds the packages in the order of their dependencies. Skips
// packages whose sources have not changed.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const FLOORS = [
  'contract',
  'runtime-h3',
  'devtools',
  'vite-plugin-gati',
  'deployers/core',
  'deployers/aws',
  'deployers/gcp',
  'create-gati',
];
/** The pages of the panel, which no other package imports. */
const PANEL = path.join(root, 'packages/devtools/src/app') + path.sep;
const force = process.argv.includes('--force');
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));

const filesBelow = (dir) =>
  fs
    .readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();

let floorsBelow = '';
for (const name of FLOORS) {
  const dir = path.join(root, 'packages', name);
  const hash = createHash('sha256')
    .update(floorsBelow)
    .update(fs.readFileSync(path.join(root, 'packages/tsdown.shared.ts')));
  const inputs = [
    ...filesBelow(path.join(dir, 'src')).filter((file) => !file.startsWith(PANEL)),
    path.join(dir, 'package.json'),
    path.join(dir, 'tsdown.config.ts'),
  ];
  if (name === 'vite-plugin-gati') inputs.push(...filesBelow(path.join(root, 'docs/errors')));
  if (name === 'create-gati') inputs.push(...filesBelow(path.join(root, 'templates')));
  for (const file of inputs) hash.update(path.relative(root, file)).update(fs.readFileSync(file));
  const digest = (floorsBelow = hash.digest('hex'));
  const stamp = path.join(dir, 'dist/.digest');
  if (named.length > 0 && !named.includes(name)) continue;
  if (!force && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === digest) continue;
  process.stderr.write(`build ${name}\n`);
  run(dir, 'tsdown/dist/run.mjs', '--log-level', 'warn');
  fs.writeFileSync(stamp, digest);
}
if (named.length === 0 || named.includes('devtools')) buildPanel();

/** Checks the types of the panel's pages and bundles them, last: no package needs them to be built. */
function buildPanel() {
  const dir = path.join(root, 'packages/devtools');
  const hash = createHash('sha256');
  const inputs = [
    ...filesBelow(PANEL),
    ...filesBelow(path.join(dir, 'src/api')),
    path.join(dir, 'package.json'),
    path.join(dir, 'vite.config.ts'),
  ];
  for (const file of inputs) hash.update(path.relative(root, file)).update(fs.readFileSync(file));
  const digest = hash.digest('hex');
  const stamp = path.join(dir, 'dist/app/.digest');
  if (!force && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === digest) return;
  process.stderr.write('build the panel\n');
  run(dir, 'vue-tsc/bin/vue-tsc.js', '--noEmit', '-p', 'src/app');
  run(dir, 'vite/bin/vite.js', 'build', '--logLevel', 'warn');
  fs.writeFileSync(stamp, digest);
}

function run(cwd, script, ...args) {
  const own = path.join(cwd, 'node_modules', script);
  const file = fs.existsSync(own) ? own : path.join(root, 'node_modules', script);
  const { status } = spawnSync(process.execPath, [file, ...args], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

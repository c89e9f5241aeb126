// `npm run build -- [--force] [name…]`: builds the packages in the order of their dependencies. Skips
// packages whose sources have not changed.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const FLOORS = ['contract', 'runtime-h3', 'vite-plugin-gati', 'create-gati'];
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
    ...filesBelow(path.join(dir, 'src')),
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
  const tsdown = path.join(root, 'node_modules/tsdown/dist/run.mjs');
  const { status } = spawnSync(process.execPath, [tsdown, '--log-level', 'warn'], {
    cwd: dir,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
  fs.writeFileSync(stamp, digest);
}

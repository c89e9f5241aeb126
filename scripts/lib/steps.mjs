// Shared by the scripts: progress on stderr, child processes, the installation. Imports only modules of
// Node, because a fresh clone has no packages.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const bin = (file) => path.join(root, 'node_modules', file);

export const say = (line) => process.stderr.write(`${line}\n`);

/** Runs `work`, and prints its name and how long it took. */
export async function step(name, work) {
  const start = performance.now();
  say(`> ${name}`);
  const result = await work();
  say(`  ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** Runs a command with its output on stderr. If it fails, this process exits with the same code. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    ...options,
  });
  if (error) fail(`${command} could not start: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(' ')} exited with ${status}`, status ?? 1);
}

export function fail(message, code = 1) {
  say(`\n${message}`);
  process.exit(code);
}

export function needNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const enough = (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major > 22;
  if (!enough) fail(`This needs Node ^20.19 or >=22.13; this is ${process.versions.node}.`);
}

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Installs the packages if `node_modules` is missing or older than the lock file. */
export async function ensureInstalled() {
  const lock = path.join(root, 'package-lock.json');
  const installed = path.join(root, 'node_modules/.package-lock.json');
  if (fs.existsSync(installed) && fs.statSync(installed).mtimeMs >= fs.statSync(lock).mtimeMs)
    return;
  const command = fs.existsSync(installed) ? 'install' : 'ci';
  await step(`npm ${command}`, () => {
    run(npm, [command, '--no-audit', '--no-fund', '--prefer-offline'], {
      shell: process.platform === 'win32',
    });
    const now = new Date();
    fs.utimesSync(installed, now, now);
  });
}

export const buildPackages = () =>
  step('build the packages', () => run(process.execPath, [path.join(root, 'scripts/build.mjs')]));

/**
 * Starts a process that ends with this one. It has its own process group, so that Ctrl-C reaches it
 * once: through this process.
 */
export function start(command, args, options) {
  const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  process.on('exit', () => child.kill('SIGKILL'));
  return child;
}

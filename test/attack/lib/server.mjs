// The app of an attack: its build, and one server with two workers for each row.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bin, root } from '../../../scripts/lib/steps.mjs';

/** Servers that run. They end with this process. */
const running = new Set();
process.on('SIGTERM', () => process.exit(1));
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

const folderOf = (name) => path.join(root, '.cache', name);

/** Builds the app `test/<name>/app` into `.cache/<name>/dist`. */
export function buildApp(name) {
  const app = folderOf(name);
  fs.rmSync(app, { recursive: true, force: true });
  fs.cpSync(path.join(root, 'test', name, 'app'), app, { recursive: true });
  const { status } = spawnSync(process.execPath, [bin('vite/bin/vite.js'), 'build'], {
    cwd: app,
    // With `CI` set, a build would require an up-to-date lock of its modules.
    env: { ...process.env, CI: '' },
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('The app could not be built.');
}

/**
 * Starts the server and resolves once it listens. `readsLog: false` reads nothing of its output after
 * the first line.
 */
export async function startServer(name, env, { readsLog = true } = {}) {
  const app = folderOf(name);
  const child = spawn(process.execPath, [path.join(app, 'dist/server/index.mjs')], {
    cwd: app,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      GATI_WORKERS: '2',
      GATI_EFFECTS: 'memory:',
      GATI_PANEL: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  void exited.then(() => running.delete(child));
  let log = '';
  const first = await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      log += chunk;
      if (log.includes('\n')) resolve(log.slice(0, log.indexOf('\n')));
    });
    void exited.then((code) => reject(new Error(`The server ended with ${code}.`)));
  });
  if (!readsLog) child.stdout.pause();
  const server = {
    port: Number(new URL(JSON.parse(first).url).port),
    log: () => log,
    processes: () => [child.pid, ...children(child.pid)],
    /** Highest memory of a process so far. MB. */
    peak: () => Math.max(...server.processes().map(peakOf)),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(timer);
    },
  };
  await untilTrue(() => children(child.pid).length >= 2, 10_000);
  return server;
}

function children(pid) {
  const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

function peakOf(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Waits for a condition. Returns the milliseconds that it took, `undefined` after `within`. */
export async function untilTrue(condition, within) {
  const began = performance.now();
  while (performance.now() - began < within) {
    if (await condition()) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}

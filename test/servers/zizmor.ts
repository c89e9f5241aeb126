import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';
import { findBinary, type Missing } from './process.ts';

const VERSION = '1.32.0';
const VENV = path.join(root, `.cache/zizmor-${VERSION}`);
const BINARY = path.join(VENV, 'bin/zizmor');

/** Returns the path of zizmor, which checks workflows. Installs it once into `.cache`. */
export function findZizmor(): string | Missing {
  if (existsSync(BINARY)) return BINARY;
  const python = findBinary('python3');
  if (!python) return { reason: 'there is no python3 to install zizmor with' };
  const building = `${VENV}-${process.pid}`;
  try {
    mkdirSync(path.dirname(VENV), { recursive: true });
    execFileSync(python, ['-m', 'venv', building], { stdio: 'pipe' });
    const install = ['-m', 'pip', 'install', '-q', `zizmor==${VERSION}`];
    execFileSync(path.join(building, 'bin/python'), install, { stdio: 'pipe', timeout: 240_000 });
    renameSync(building, VENV);
    return BINARY;
  } catch (error) {
    const reason = (error as Error).message.slice(0, 300);
    return {
      reason: `zizmor can't be installed (Debian: apt-get install python3-venv): ${reason}`,
    };
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

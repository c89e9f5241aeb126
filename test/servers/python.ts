import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';
import { findBinary, type Missing } from './process.ts';

const LIMIT = 240_000;

/**
 * Returns the folder of a virtual environment with packages of PyPI. Installs it once into `.cache`.
 *
 * @param name of the folder, with the versions of the packages
 * @param packages such as `zizmor==1.32.0`
 */
export function installPython(name: string, packages: string[]): string | Missing {
  const folder = path.join(root, '.cache', name);
  if (existsSync(folder)) return folder;
  const python = findBinary('python3');
  if (!python) return { reason: `there is no python3 to install ${packages.join(', ')} with` };
  const building = `${folder}-${process.pid}`;
  const run = (file: string, args: string[]): unknown =>
    execFileSync(file, args, { stdio: 'pipe', timeout: LIMIT });
  try {
    mkdirSync(path.dirname(folder), { recursive: true });
    run(python, ['-m', 'venv', building]);
    run(path.join(building, 'bin/python'), ['-m', 'pip', 'install', '-q', ...packages]);
    // Another test file may have installed it by now.
    if (!existsSync(folder)) renameSync(building, folder);
    return folder;
  } catch (error) {
    if (existsSync(folder)) return folder;
    const reason = (error as Error).message.slice(0, 300);
    return {
      reason: `${packages.join(', ')} can't be installed (Debian: apt-get install python3-venv): ${reason}`,
    };
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '@gati/test-kit/repository';
import type { Missing } from './process.ts';

const LIMIT = 240_000;

/**
 * Returns the folder of an emulator from npm. Installs it once into `.cache`: it has hundreds of
 * packages, which only these tests need.
 */
export async function installed(name: string, version: string): Promise<string | Missing> {
  const home = path.join(root, '.cache/npm', `${name}-${version}`);
  const folder = path.join(home, 'node_modules', name);
  if (existsSync(folder)) return folder;
  const building = `${home}-${process.pid}`;
  try {
    mkdirSync(building, { recursive: true });
    writeFileSync(path.join(building, 'package.json'), '{"private":true}');
    const args = [
      'install',
      `${name}@${version}`,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--loglevel=error',
    ];
    await promisify(execFile)('npm', args, {
      cwd: building,
      timeout: LIMIT,
      shell: process.platform === 'win32',
    });
    // Another test file may have installed it by now.
    if (!existsSync(folder)) renameSync(building, home);
    return folder;
  } catch (error) {
    if (existsSync(folder)) return folder;
    return {
      reason: `${name} ${version} can't be installed from npm: ${(error as Error).message.slice(0, 300)}`,
    };
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

import { spawn } from 'node:child_process';
import type { PackageManager } from './options.ts';

/**
 * Ctrl-C reaches the whole foreground group. The package manager ends itself; this process stays to
 * print the remaining steps.
 */
const ignore = (): void => undefined;

/**
 * Runs `<pm> install` in the folder of the app. Its output goes to stderr, so that stdout stays for
 * JSON. Returns the exit code, or the signal that stopped it.
 *
 * @throws {Error} when the package manager can't be started.
 */
export function install(directory: string, pm: PackageManager): Promise<number | NodeJS.Signals> {
  process.on('SIGINT', ignore);
  return new Promise<number | NodeJS.Signals>((resolve, reject) => {
    const child = spawn(pm, ['install'], {
      cwd: directory,
      stdio: ['ignore', 2, 2],
      // On Windows npm is a .cmd file, which only a shell can start.
      shell: process.platform === 'win32',
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code ?? 1));
  }).finally(() => process.off('SIGINT', ignore));
}

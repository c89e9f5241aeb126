import { spawn } from 'node:child_process';
import type { PackageManager } from './options.ts';

/** Ctrl-C reaches the whole foreground group: the package manager ends itself, this process stays to say what is left to do. */
const ignore = (): void => undefined;

/**
 * Runs `<pm> install` in the app's folder. Its output goes to standard error, which is for people.
 * Gives how it ended: the exit code, or the signal that ended it.
 */
export function install(directory: string, pm: PackageManager): Promise<number | NodeJS.Signals> {
  process.on('SIGINT', ignore);
  return new Promise<number | NodeJS.Signals>((resolve, reject) => {
    const child = spawn(pm, ['install'], {
      cwd: directory,
      stdio: ['ignore', 2, 2],
      // npm is a .cmd file there, which only a shell starts
      shell: process.platform === 'win32',
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code ?? 1));
  }).finally(() => process.off('SIGINT', ignore));
}

import type { Kill } from './setting.ts';

/**
 * Returns a function that counts the passes of the kill point and kills the process at the right
 * one.
 */
export function createHits(kill: Kill | undefined): (point: string) => void {
  let left = kill?.count ?? 1;
  return (point) => {
    if (point === kill?.point && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

import type { Kill } from './setting.ts';

/** Counts the passings of the boundary at which this process is to die. */
export function createHits(kill: Kill | undefined): (point: string) => void {
  let left = kill?.count ?? 1;
  return (point) => {
    if (point === kill?.point && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

import { readdirSync, readFileSync } from 'node:fs';

/** Bytes of a page of memory, in the units of `/proc`. */
const PAGE = 4096;

/**
 * Returns the descendants of a process, closest first. Empty if the system has no `/proc`.
 *
 * @param most maximum number of results
 */
export function listDescendants(pid: number, most: number): number[] {
  const found = [pid];
  for (let at = 0; at < found.length && found.length <= most; at++)
    found.push(...childrenOf(found[at]!));
  return found.slice(1, most + 1);
}

/** Returns the bytes of memory that only this process uses; 0 if the process has ended. */
export function ownMemory(pid: number): number {
  const [, resident = 0, shared = 0] = read(`/proc/${pid}/statm`).split(' ').map(Number);
  return (resident - shared) * PAGE;
}

/** `/proc` lists children by the thread that started them. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

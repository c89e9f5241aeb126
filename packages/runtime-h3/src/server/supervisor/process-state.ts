import { readFileSync } from 'node:fs';

/**
 * Returns the state of a process on Linux: `R` runs, `T` is stopped by a signal, `t` by a debugger,
 * and others.
 */
export function readState(pid: number | undefined): string | undefined {
  try {
    // The name of the program comes first, in parentheses. The name may contain parentheses too.
    return /\) (\w) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

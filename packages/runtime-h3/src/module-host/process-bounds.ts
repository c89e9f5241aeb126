import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import { listDescendants, ownMemory } from './process-tree.ts';

/** Milliseconds between two checks of the processes of a module. */
const INTERVAL = 250;
/** Maximum number of processes that one check finds. */
const MOST = 4096;
/** Bytes that a runtime may reserve without using them. Node 24 reserves 512 MiB for code. */
const RESERVED = 1_073_741_824;

/** Limits of the processes of a module together. */
export interface ProcessBounds {
  /** Bytes of memory. Absent: no limit. */
  memory?: number | undefined;
  /** Number of processes. Absent: no limit. */
  processes?: number | undefined;
  /** CPUs. Absent: all. */
  cpus?: number | undefined;
}

/** Returns the path of a program, `undefined` if `PATH` has none. */
export function findProgram(
  name: string,
  PATH: string = process.env['PATH'] ?? '',
): string | undefined {
  return PATH.split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Adds the limits that the system enforces, through programs of util-linux if they are installed:
 * the memory of each process, its CPUs, and no new privileges through programs such as `sudo`. The
 * system also counts reserved memory, so its limit only stops a process that grows between two
 * checks.
 */
export function boundCommand(
  command: string[],
  { memory, cpus }: ProcessBounds,
  isSandboxed = false,
): string[] {
  if (process.platform !== 'linux') return command;
  const prefix = (name: string, ...args: string[]): string[] => {
    const program = findProgram(name);
    return program === undefined ? [] : [program, ...args];
  };
  return [
    ...(memory === undefined
      ? []
      : prefix('prlimit', `--data=${memory + RESERVED}`, '--core=0', '--')),
    ...(cpus === undefined ? [] : prefix('taskset', '--cpu-list', lastCpus(cpus))),
    // Bubblewrap sets this itself, and may be installed setuid.
    ...(isSandboxed ? [] : prefix('setpriv', '--no-new-privs', '--')),
    ...command,
  ];
}

/** Returns the last CPUs that this process may use, as a list for `taskset`. */
function lastCpus(count: number): string {
  const [, list = '0'] = /Cpus_allowed_list:\s*(\S+)/.exec(
    readFileSync('/proc/self/status', 'utf8'),
  )!;
  const all = list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_none, at) => first + at);
  });
  return all.slice(-count).join(',');
}

/**
 * Checks the processes of a module at intervals, because without cgroups the system can't limit all
 * of them together. Returns a function that stops the checks.
 *
 * @param sandbox number of processes that belong to the sandbox itself
 * @param onOver gets the reason and the processes, once
 */
export function watchBounds(
  pid: number | undefined,
  { memory, processes = MOST }: ProcessBounds,
  sandbox: number,
  onOver: (reason: string, pids: number[]) => void,
): () => void {
  if (pid === undefined || process.platform !== 'linux') return () => {};
  if (memory === undefined && processes === MOST) return () => {};
  const timer = setInterval(() => {
    const all = [pid, ...listDescendants(pid, MOST)];
    const used = memory === undefined ? 0 : all.reduce((sum, each) => sum + ownMemory(each), 0);
    const reason =
      all.length - sandbox > processes
        ? `it had more than ${processes} processes`
        : memory !== undefined && used > memory
          ? `it used more than ${memory} bytes of memory`
          : undefined;
    if (reason === undefined) return;
    clearInterval(timer);
    onOver(reason, all);
  }, INTERVAL);
  timer.unref();
  return () => clearInterval(timer);
}

import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import { listDescendants, ownMemory } from './process-tree.ts';

/** Milliseconds between two looks at the processes of a module. */
const INTERVAL = 250;
/** Processes that one look finds at most. */
const MOST = 4096;
/** Bytes that a runtime may reserve without using them. Node 24 reserves 512 MiB for code. */
const RESERVED = 1_073_741_824;

/** What the processes of a module may use together. */
export interface ProcessBounds {
  /** Bytes of memory. Absent: no bound. */
  memory?: number | undefined;
  /** Processes. Absent: no bound. */
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
 * Adds the bounds that the system enforces, by programs of util-linux where they are installed: the
 * memory of each process, its CPUs, and no new privileges by files such as those of `sudo`. The limit
 * of the system counts reserved memory too, so it only stops a process that grows between two looks.
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
    // Bubblewrap does so itself, and may need such a file.
    ...(isSandboxed ? [] : prefix('setpriv', '--no-new-privs', '--')),
    ...command,
  ];
}

/** Returns the last CPUs that this process may use: the list of `taskset`. */
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
 * Watches the processes of a module, since only cgroups bound all of them together. Returns a function
 * that ends the watch.
 *
 * @param sandbox number of processes that are the sandbox
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

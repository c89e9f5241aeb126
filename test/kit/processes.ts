import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

/** Milliseconds between the signal of {@link RunningProcess.stop} and `SIGKILL`. */
const STOP_LIMIT = 60_000;

/** A process that a test started, with everything that it has printed so far. */
export interface RunningProcess {
  readonly child: ChildProcess;
  /** Without the control sequences of a terminal, as is `stderr`. */
  readonly stdout: string;
  readonly stderr: string;
  /**
   * Resolves with the first match in what either stream has printed or will print.
   *
   * @throws when the process ends without a match or `milliseconds` (120 seconds) are over; the error
   * contains all output
   */
  waitForOutput(pattern: RegExp, milliseconds?: number): Promise<RegExpMatchArray>;
  /** Ends the process and its children, and waits until it is gone. `SIGTERM` by default. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const running = new Set<RunningProcess>();

/**
 * Kills every process that {@link startProcess} started and that still runs.
 *
 * @example
 * afterEach(stopProcesses);
 */
export const stopProcesses = async (): Promise<void> => {
  await Promise.all([...running].map((each) => each.stop('SIGKILL')));
};

/**
 * Starts a command in its own process group, so that `npm run` and its children end together.
 *
 * @example
 * const server = startProcess(process.execPath, ['server.mjs'], { cwd: folder });
 * const [, url] = await server.waitForOutput(/listening on (\S+)/);
 * await server.stop();
 */
export function startProcess(
  command: string,
  args: string[],
  options: SpawnOptions,
): RunningProcess {
  const child = spawn(command, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const listeners = new Set<() => void>();
  const notify = (): void => listeners.forEach((listener) => listener());
  const output = collectOutput(child, notify);
  let ended = false;
  child.once('close', () => {
    ended = true;
    notify();
  });
  const self: RunningProcess = {
    child,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    waitForOutput: (pattern, milliseconds = 120_000) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timer);
          listeners.delete(look);
        };
        const fail = (reason: string): void => {
          settle();
          reject(new Error(`${reason}: ${pattern}\n${describe(command, args, output)}`));
        };
        const look = (): void => {
          const match = output.stdout.match(pattern) ?? output.stderr.match(pattern);
          if (match) {
            settle();
            resolve(match);
          } else if (ended) fail('The process ended without this output');
        };
        const timer = setTimeout(() => fail(`Not within ${milliseconds} ms`), milliseconds);
        listeners.add(look);
        look();
      }),
    async stop(signal = 'SIGTERM') {
      running.delete(self);
      if (ended) return;
      const closed = once(child, 'close');
      // A server passes the signal to its workers. npm and npx do not, so their group gets it.
      if (command === process.execPath && signal !== 'SIGKILL') child.kill(signal);
      else killGroup(child, signal);
      const timer = setTimeout(() => killGroup(child, 'SIGKILL'), STOP_LIMIT);
      await closed;
      clearTimeout(timer);
    },
  };
  running.add(self);
  return self;
}

interface Output {
  stdout: string;
  stderr: string;
}

function collectOutput(child: ChildProcess, onChange?: () => void): Output {
  const output: Output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('data', (chunk: Buffer) => {
      output[name] += stripVTControlCharacters(chunk.toString());
      onChange?.();
    });
  }
  return output;
}

const describe = (command: string, args: string[], { stdout, stderr }: Output): string =>
  `${[command, ...args].join(' ')}\n${stdout}\n${stderr}`;

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** How a process ended, and everything that it printed. */
export interface ProcessResult extends Output {
  /** `null` when a signal ended the process. */
  code: number | null;
}

/**
 * Runs a command to its end, whatever its exit code.
 *
 * @example
 * const { code, stderr } = await runProcess('npx', ['gati', 'check'], { cwd: app });
 */
export async function runProcess(
  command: string,
  args: string[],
  options: SpawnOptions,
): Promise<ProcessResult> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collectOutput(child);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/**
 * Runs a command to its end.
 *
 * @throws when the exit code is not 0; the error contains all output
 *
 * @example
 * await runOrThrow('npm', ['run', 'build'], { cwd: app });
 */
export async function runOrThrow(
  command: string,
  args: string[],
  options: SpawnOptions,
): Promise<ProcessResult> {
  const result = await runProcess(command, args, options);
  if (result.code === 0) return result;
  throw new Error(`Exit code ${result.code}: ${describe(command, args, result)}`);
}

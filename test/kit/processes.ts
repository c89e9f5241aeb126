import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

/** A running process with all that it printed so far. */
export interface Running {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  /** First match in what is or will be printed on either stream. Rejects when the process ends without it. */
  seen(pattern: RegExp, milliseconds?: number): Promise<RegExpMatchArray>;
  /** Ends the process and what it started; waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const running = new Set<Running>();
/** For an `afterEach`: whatever a failed test left. */
export const stopAll = async (): Promise<void> => {
  await Promise.all([...running].map((each) => each.stop('SIGKILL')));
};

/** In a process group of its own, so that `npm run` and what is below it end together. */
export function start(command: string, args: string[], options: SpawnOptions): Running {
  const child = spawn(command, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const heard = (): void => listeners.forEach((listener) => listener());
  child.stdout!.on('data', (chunk: Buffer) => {
    stdout += stripVTControlCharacters(chunk.toString());
    heard();
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += stripVTControlCharacters(chunk.toString());
    heard();
  });
  let ended = false;
  child.once('close', () => {
    ended = true;
    heard();
  });
  const self: Running = {
    child,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    seen: (pattern, milliseconds = 60_000) =>
      new Promise((resolve, reject) => {
        const finish = (error?: string): void => {
          clearTimeout(timer);
          listeners.delete(look);
          if (error)
            reject(
              new Error(
                `${error} ${String(pattern)}\n${command} ${args.join(' ')}\n${stdout}\n${stderr}`,
              ),
            );
        };
        const look = (): void => {
          const match = stdout.match(pattern) ?? stderr.match(pattern);
          if (match) {
            finish();
            resolve(match);
          } else if (ended) finish('ended without');
        };
        const timer = setTimeout(() => finish(`not within ${milliseconds} ms:`), milliseconds);
        listeners.add(look);
        look();
      }),
    async stop(signal = 'SIGTERM') {
      running.delete(self);
      if (ended) return;
      const closed = once(child, 'close');
      // a server passes the signal on itself; npm and npx are told together with what they started
      if (command === process.execPath && signal !== 'SIGKILL') child.kill(signal);
      else killGroup(child, signal);
      const impatient = setTimeout(() => killGroup(child, 'SIGKILL'), 15_000);
      await closed;
      clearTimeout(impatient);
    },
  };
  running.add(self);
  return self;
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end. */
export async function finish(
  command: string,
  args: string[],
  options: SpawnOptions,
): Promise<Finished> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on(
    'data',
    (chunk: Buffer) => (output.stdout += stripVTControlCharacters(chunk.toString())),
  );
  child.stderr.on(
    'data',
    (chunk: Buffer) => (output.stderr += stripVTControlCharacters(chunk.toString())),
  );
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/** {@link finish}, and an error with all output when the command fails. */
export async function succeed(
  command: string,
  args: string[],
  options: SpawnOptions,
): Promise<Finished> {
  const finished = await finish(command, args, options);
  if (finished.code === 0) return finished;
  throw new Error(
    `${command} ${args.join(' ')} ended with ${finished.code}\n${finished.stdout}\n${finished.stderr}`,
  );
}

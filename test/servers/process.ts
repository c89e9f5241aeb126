import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';

/** A real server on loopback that belongs to whoever started it. */
export interface TestServer {
  url: string;
  pid: number;
  /** Ends it, as an operator would or as a crash does, and starts it again on the same port and data. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it without a start: for outages of any length. `restart` brings it back. */
  halt(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it and removes what it wrote. */
  stop(): Promise<void>;
}

/** Why there is no such server here, and what would change that. */
export interface Missing {
  reason: string;
}

/** First executable of that name on PATH or in one of the folders. */
export function findBinary(name: string, folders: string[] = []): string | undefined {
  const all = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/bin',
    '/usr/sbin',
    ...folders,
  ];
  return all.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

interface Managed {
  url: string;
  folder: string;
  launch(): ChildProcess;
  /** Resolves to whether it answers. */
  answers(): Promise<boolean>;
  /** How an operator ends it. */
  signal: NodeJS.Signals;
}

const START_LIMIT = 60_000;

/** Starts it, waits until it answers, and ends it with this process at the latest. */
export async function manage({
  url,
  folder,
  launch,
  answers,
  signal,
}: Managed): Promise<TestServer> {
  let child: ChildProcess;
  let output = '';
  const up = async (): Promise<void> => {
    child = launch();
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-4000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const until = Date.now() + START_LIMIT;
    while (!(await answers().catch(() => false))) {
      if (child.exitCode !== null || Date.now() > until) {
        child.kill('SIGKILL');
        throw new Error(`the server for ${url} did not start:\n${output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const down = async (how: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(how);
    const impatient = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(impatient);
  };
  const orphaned = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', orphaned);
  await up();
  return {
    url,
    get pid() {
      return child.pid!;
    },
    halt: (how = signal) => down(how),
    async restart(how = signal) {
      await down(how);
      await up();
    },
    async stop() {
      await down(signal);
      process.removeListener('exit', orphaned);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Some servers refuse to run as root. */
export function unprivileged(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  execFileSync('chown', ['-R', '65534:65534', folder]);
  return { uid: 65534, gid: 65534 };
}

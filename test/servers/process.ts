import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';

/** A real server on loopback. The caller that started it stops it. */
export interface TestServer {
  url: string;
  pid: number;
  /**
   * Stops the server, like an operator or a crash, and starts it again on the same port and data.
   */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Stops the server, for outages of any length. `restart` starts it again. */
  halt(signal?: NodeJS.Signals): Promise<void>;
  /** Stops the server and removes its files. */
  stop(): Promise<void>;
}

/** Why the server is not available, and how to install it. */
export interface Missing {
  reason: string;
}

/** Returns the first executable of that name on PATH or in one of the folders. */
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
  /** Resolves to whether the server responds. */
  answers(): Promise<boolean>;
  /** Signal with which an operator stops it. */
  signal: NodeJS.Signals;
}

const START_LIMIT = 60_000;

/** Starts a server and waits until it responds. It ends with this process at the latest. */
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
    const impatient = setTimeout(() => child.kill('SIGKILL'), START_LIMIT);
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

/** Some servers do not run as root. */
export function unprivileged(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  execFileSync('chown', ['-R', '65534:65534', folder]);
  return { uid: 65534, gid: 65534 };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

/** Processes with their output in one folder, which end together. */
export interface Processes {
  run(name: string, command: string, args: string[], env?: NodeJS.ProcessEnv): ChildProcess;
  /** Names of the processes that have ended by themselves. */
  ended(): string[];
  /** Ends the processes of these names, or all, in reverse order of their start. */
  stop(...names: string[]): Promise<void>;
}

/** Starts processes for a cluster. They end with this process at the latest. */
export function createProcesses(folder: string): Processes {
  const children: { name: string; child: ChildProcess }[] = [];
  const orphaned = (): void => children.forEach(({ child }) => void child.kill('SIGKILL'));
  process.once('exit', orphaned);
  return {
    run(name, command, args, env = process.env) {
      const log = fs.openSync(path.join(folder, `${name}.log`), 'a');
      // A process group of its own: Ctrl-C of a terminal must not end them in any order.
      const child = spawn(command, args, {
        stdio: ['ignore', log, log],
        cwd: folder,
        env,
        detached: true,
      });
      fs.closeSync(log);
      child.on('error', () => {});
      children.push({ name, child });
      return child;
    },
    ended: () =>
      children
        .filter(({ child }) => child.exitCode !== null || child.signalCode !== null)
        .map(({ name }) => name),
    async stop(...names) {
      for (const { name, child } of [...children].reverse())
        if (names.length === 0 || names.includes(name)) await end(child);
      if (names.length === 0) process.removeListener('exit', orphaned);
    },
  };
}

/** The last lines of each process. */
export function readLogs(folder: string): string {
  const files = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.log') && name !== 'audit.log');
  return files
    .map((name) => {
      const lines = fs.readFileSync(path.join(folder, name), 'utf8').trim().split('\n');
      return `== ${name}\n${lines.slice(-8).join('\n')}`;
    })
    .join('\n');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(impatient);
}

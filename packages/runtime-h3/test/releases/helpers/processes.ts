import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Writer {
  child: ChildProcess;
  /** Resolves with the output when the process exits with 0. */
  done: Promise<string>;
}

const root = fileURLToPath(new URL('../../../../../', import.meta.url));

/** Runs the sources of a file in this folder in a new process. */
export function runProcess(file: string, args: string[]): Writer {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL(file, import.meta.url)), ...args],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const done = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      code === 0
        ? resolve(out)
        : reject(new Error(`${file} ended with ${code ?? signal}: ${errors}`)),
    );
  });
  return { child, done };
}

export const runWriter = (args: string[]): Writer => runProcess('./racing-writer.ts', args);

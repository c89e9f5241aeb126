import { runProgram } from '../../src/cli/program.ts';

export interface Captured {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `gati-deploy ARGS` in this process, and returns what it prints. */
export async function captureProgram(args: string[]): Promise<Captured> {
  const result = { stdout: '', stderr: '' };
  const { write } = process.stdout;
  const { write: writeError } = process.stderr;
  const collect =
    (stream: keyof typeof result) =>
    (chunk: unknown): boolean => {
      result[stream] += String(chunk);
      return true;
    };
  process.stdout.write = collect('stdout') as typeof write;
  process.stderr.write = collect('stderr') as typeof writeError;
  try {
    return { code: await runProgram(args), ...result };
  } finally {
    process.stdout.write = write;
    process.stderr.write = writeError;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { afterEach, beforeAll } from 'vitest';
import { bundleForNode } from '../../helpers/bundle-for-node.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface RunningServer {
  url: string;
  port: number;
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when stdout contains the text. */
  seen(text: string): Promise<void>;
  /** Sends a signal, `SIGTERM` by default, and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ServerHarness {
  folder(): string;
  entry(): string;
  /** Starts the built test app. `env` overrides the environment of the tests. */
  start(env?: Record<string, string>): Promise<RunningServer>;
  /** Runs a command, or a server that fails to start, until it exits. */
  run(
    env?: Record<string, string>,
    args?: string[],
    cwd?: string,
  ): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/**
 * Bundles the test app once per test file, as a build would, and ends every process that a test
 * started.
 */
export function useServer(): ServerHarness {
  let folder = '';
  const started = new Set<ChildProcess>();
  const entry = (): string => join(folder, 'entry.mjs');

  beforeAll(async () => {
    folder = temporaryFolder('server');
    // Packages of databases and stores that this app does not use.
    await bundleForNode(here('app/entry.ts'), folder, { external: ['pg', '@aws-sdk/*'] });
  });
  afterEach(async () => {
    for (const child of started)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    started.clear();
  });

  const launch = (
    env: Record<string, string>,
    args: string[] = [],
    cwd?: string,
  ): { child: ChildProcess; out: { stdout: string; stderr: string } } => {
    const child = spawn(process.execPath, [entry(), ...args], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        GATI_WORKERS: '1',
        GATI_DRAIN: '8000',
        GATI_EFFECTS: 'memory:',
        GATI_PROOF_QUIET: '0',
        ...env,
      },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.add(child);
    const out = { stdout: '', stderr: '' };
    child.stdout!.on('data', (chunk: Buffer) => (out.stdout += String(chunk)));
    child.stderr!.on('data', (chunk: Buffer) => (out.stderr += String(chunk)));
    return { child, out };
  };

  return {
    folder: () => folder,
    entry,
    async start(env = {}) {
      const { child, out } = launch(env);
      const printed = async (text: string, what: string): Promise<void> => {
        await until(what, () => out.stdout.includes(text), {
          explain: () => `${out.stdout}\n${out.stderr}`,
          giveUp: () => child.exitCode !== null && `The server ended with ${child.exitCode}`,
        });
      };
      await printed('\n', 'the server starts');
      const { url } = JSON.parse(out.stdout.split('\n')[0]!) as { url: string };
      return {
        url,
        port: Number(new URL(url).port),
        child,
        stdout: () => out.stdout,
        stderr: () => out.stderr,
        seen: (text) => printed(text, `stdout has ${text}`),
        async stop(signal = 'SIGTERM') {
          const exit = once(child, 'exit');
          child.kill(signal);
          return (await exit)[0] as number | null;
        },
      };
    },
    async run(env = {}, args = [], cwd) {
      const { child, out } = launch(env, args, cwd);
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, ...out };
    },
  };
}

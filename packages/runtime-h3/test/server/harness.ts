import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { bundleForNode } from '../helpers/bundle-for-node.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface RunningServer {
  url: string;
  port: number;
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when stdout has this. */
  seen(text: string): Promise<void>;
  /** Sends a signal, `SIGTERM` by default, and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ServerHarness {
  folder(): string;
  entry(): string;
  /** Starts the built test app; its environment is `env` over the test's. */
  start(env?: Record<string, string>): Promise<RunningServer>;
  /** For starts that fail. */
  run(
    env?: Record<string, string>,
    args?: string[],
  ): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Bundles the test app once a file, as a build would, and ends what a test started. */
export function useServer(): ServerHarness {
  let folder = '';
  const started = new Set<ChildProcess>();
  const entry = (): string => join(folder, 'entry.mjs');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gati-server-'));
    // Packages of databases and stores that this app does not use.
    await bundleForNode(here('app/entry.ts'), folder, { external: ['pg', '@aws-sdk/*'] });
  }, 60_000);
  afterEach(async () => {
    for (const child of started)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    started.clear();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const launch = (
    env: Record<string, string>,
    args: string[] = [],
  ): { child: ChildProcess; out: { stdout: string; stderr: string } } => {
    const child = spawn(process.execPath, [entry(), ...args], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        GATI_WORKERS: '1',
        GATI_DRAIN: '8000',
        GATI_EFFECTS: 'memory:',
        ...env,
      },
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
      const until = async (found: () => boolean, what: string): Promise<void> => {
        const deadline = Date.now() + 15_000;
        while (!found()) {
          if (child.exitCode !== null || Date.now() > deadline)
            throw new Error(`${what}\n${out.stdout}\n${out.stderr}`);
          await new Promise((resolve) => {
            setTimeout(resolve, 10);
          });
        }
      };
      await until(() => out.stdout.includes('\n'), 'the server did not start');
      const { url } = JSON.parse(out.stdout.split('\n')[0]!) as { url: string };
      return {
        url,
        port: Number(new URL(url).port),
        child,
        stdout: () => out.stdout,
        stderr: () => out.stderr,
        seen: (text) => until(() => out.stdout.includes(text), `stdout never had ${text}`),
        async stop(signal = 'SIGTERM') {
          const exit = once(child, 'exit');
          child.kill(signal);
          return (await exit)[0] as number | null;
        },
      };
    },
    async run(env = {}, args = []) {
      const { child, out } = launch(env, args);
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, ...out };
    },
  };
}

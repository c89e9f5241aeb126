import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { expect, test } from 'vitest';
import { activateRelease, openReleaseStore } from '../../../src/releases/index.ts';
import { WORKER_MARK } from '../../../src/server/channel/messages.ts';
import { putSealed } from '../../helpers/sealed.ts';
import { useServer } from '../helpers/harness.ts';

const server = useServer();

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * Starts the server in its own process group, as a shell does. Resolves when the server and its
 * workers have exited.
 */
const interrupt = async (
  when: (child: ChildProcess, out: { stdout: string; stderr: string }) => Promise<void>,
  env: Record<string, string> = {},
): Promise<Ended> => {
  const child = spawn(process.execPath, [server.entry()], {
    env: { PATH: process.env.PATH, PORT: '0', GATI_WORKERS: '2', GATI_EFFECTS: 'memory:', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += String(chunk)));
  const closed = once(child, 'close');
  try {
    await when(child, out);
    const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
    return { code, signal, ...out };
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
  }
};

/** Environment in which the workers write their pid to a file and stop before the server's code. */
const stoppedWorkers = (): { env: Record<string, string>; firstWorker(): Promise<number> } => {
  const folder = temporaryFolder('stopped');
  const file = join(folder, 'pid');
  const preload = join(folder, 'stop.mjs');
  writeFileSync(
    preload,
    `if (process.env.${WORKER_MARK} !== undefined) {
      (await import('node:fs')).writeFileSync(${JSON.stringify(`${file}.new`)}, String(process.pid));
      (await import('node:fs')).renameSync(${JSON.stringify(`${file}.new`)}, ${JSON.stringify(file)});
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }`,
  );
  return {
    env: { NODE_OPTIONS: `--import ${pathToFileURL(preload)}` },
    firstWorker: () =>
      until(
        'the first worker starts',
        () => existsSync(file) && Number(readFileSync(file, 'utf8')),
      ),
  };
};

const expectQuiet = (ended: Ended): void => {
  expect(ended.stderr).toBe('');
  expect(ended.stdout).not.toContain('"level":"error"');
};

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s to the process group during the start ends the server without an error',
  async (signal) => {
    for (const delay of [20, 60, 100, 150, 200, 250, 300, 400, 500, 700]) {
      const ended = await interrupt(async ({ pid }) => {
        await sleep(delay);
        process.kill(-pid!, signal);
      });
      expectQuiet(ended);
      // A signal before the server handles signals ends it like any process.
      expect(
        ended.code === 0 || ended.signal === signal,
        `after ${delay} ms: ${JSON.stringify(ended)}`,
      ).toBe(true);
    }
  },
);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s that kills a worker before its code runs is a failed start only without a signal to the supervisor',
  async (signal) => {
    const start = (
      when: (child: ChildProcess, worker: number) => Promise<void>,
    ): Promise<Ended> => {
      const { env, firstWorker } = stoppedWorkers();
      return interrupt(async (child) => when(child, await firstWorker()), env);
    };
    const together = await start(async ({ pid }) => void process.kill(-pid!, signal));
    expect(together).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    const workerFirst = await start(async (child, worker) => {
      process.kill(worker, signal);
      await sleep(50);
      child.kill(signal);
    });
    expect(workerFirst).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    const workerAlone = await start(async (_child, worker) => void process.kill(worker, signal));
    expect(workerAlone).toMatchObject({ code: 1, stdout: '' });
    expect(workerAlone.stderr).toContain(
      `GATI_WORKER_START: A worker ended (signal ${signal}) before it was ready.`,
    );
  },
);

/** Much longer than the test: a server that waits for its drain time fails it. */
const NO_END = { GATI_DRAIN: '900000' };

test.each([
  ['imports a release that hangs', { HANG_AT_START: '1' }, 'a release is imported and hangs'],
  ['sets up a module that hangs', { HANG_MODULE: '1' }, 'a module is set up and hangs'],
  ['sets up a module that blocks', { BLOCKING_MODULE: '1' }, 'a module is set up and blocks'],
] as const)(
  'SIGTERM while a worker %s ends the server with code 0',
  async (_name, env, printed) => {
    const ended = await interrupt(
      async (child, out) => {
        await until('the worker hangs', () => out.stderr.includes(printed));
        child.kill('SIGTERM');
      },
      { ...NO_END, ...env },
    );
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: `${printed}\n` });
  },
);

test.each(['starts', 'runs'] as const)(
  'SIGTERM while a server that %s sets up a release of the store ends it with code 0',
  async (when) => {
    const folder = temporaryFolder('interrupt');
    const store = await openReleaseStore(join(folder, 'store'));
    await putSealed(store, '1.0.0');
    await putSealed(store, '2.0.0', {
      modules: `{ slow: () => ({ default: { setup() {
        process.stderr.write('hangs\\n');
        return new Promise(() => {});
      } } }) }`,
    });
    await activateRelease(store, when === 'starts' ? '2.0.0' : '1.0.0');
    const ended = await interrupt(
      async (child, out) => {
        if (when === 'runs') {
          await until('the server is ready', () => out.stdout.includes('"listening"'));
          await activateRelease(store, '2.0.0');
        }
        // The output of the process that proves a release is in the log.
        await until('the release hangs', () => `${out.stdout}${out.stderr}`.includes('hangs'));
        child.kill('SIGTERM');
      },
      { ...NO_END, GATI_RELEASES: join(folder, 'store'), GATI_CACHE: join(folder, 'cache') },
    );
    expect(ended).toMatchObject({ code: 0, signal: null });
  },
);

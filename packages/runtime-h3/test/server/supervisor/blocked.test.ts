import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { expect, test } from 'vitest';
import { activateRelease, openReleaseStore } from '../../../src/releases/index.ts';
import { putSealed } from '../../helpers/sealed.ts';
import { type RunningServer, useServer } from '../helpers/harness.ts';

const server = useServer();

/** Short, so that the tests are. Blocked code blocks for much longer. */
const TIMEOUT = 1000;
const FOREVER = 600_000;

interface Line {
  level: string;
  msg: string;
  code?: string;
  worker?: number;
  seconds?: number;
  reason?: string;
  stack?: string;
}

const start = (env: Record<string, string> = {}): Promise<RunningServer> =>
  server.start({ GATI_HEARTBEAT_TIMEOUT: String(TIMEOUT), GATI_LOG_LEVEL: 'debug', ...env });

const pidOf = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/hello`, { headers: { connection: 'close' } });
  return ((await response.json()) as { pid: number }).pid;
};

/** Sends a request that gets no response: its worker is killed. */
const sendLost = async (url: string): Promise<void> => {
  await fetch(url, { method: 'POST', headers: { connection: 'close' } }).catch(() => undefined);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A process that has ended is listed until its parent takes note.
    return !hasProc || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

/** Linux lists the children of a process there. */
const hasProc = process.platform === 'linux';

const childrenOf = ({ pid }: ChildProcess): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

const blockedLine = ({ stdout }: RunningServer): Promise<Line> =>
  until(
    'the log names the blocked worker',
    () =>
      stdout()
        .split('\n')
        .filter((line) => line.includes('GATI_WORKER_BLOCKED'))
        .map((line) => JSON.parse(line) as Line)[0],
    { explain: stdout },
  );

test.each([
  ['an endless loop in a handler', 'JavaScript'],
  ['a synchronous native call', 'native'],
  ['SIGSTOP', 'stopped'],
] as const)('%s: the worker is replaced, killed and named in the log', async (_name, kind) => {
  const running = await start();
  const { url } = running;
  const pid = await pidOf(url);
  await running.seen('the watchdog thread runs');
  if (kind === 'stopped') process.kill(pid, 'SIGSTOP');
  else if (kind === 'native') void sendLost(`${url}/block-native?file=/nowhere`);
  else void sendLost(`${url}/block?ms=${FOREVER}`);
  // Connections that the worker did not accept reach the next one.
  await until('another worker responds', async () => (await pidOf(url)) !== pid);
  const line = await blockedLine(running);
  expect(line).toMatchObject({
    level: 'error',
    msg: 'a worker did not respond and is replaced',
    worker: pid,
  });
  expect(line.seconds).toBeGreaterThanOrEqual(TIMEOUT / 1000);
  if (kind === 'JavaScript') {
    expect(line.reason).toMatch(/^code blocks the event loop at file:.+release.+:\d+:\d+$/);
    expect(line.stack).toMatch(/^ +at blockEventLoop \(.+\)\n +at POST \/block \(.+\)$/m);
  } else if (kind === 'native') expect(line.reason).toMatch(/^native code blocks the event loop/);
  else {
    // It is killed by the check that finds it blocked: its thread can't report.
    expect(line).toMatchObject({
      reason: 'the process is stopped by a signal',
      seconds: TIMEOUT / 1000,
    });
  }
  await until('the blocked worker ends', () => !isAlive(pid));
  expect(await running.stop()).toBe(0);
});

test('a worker that is busy for less than the timeout is neither replaced nor logged', async () => {
  const running = await start({ GATI_HEARTBEAT_TIMEOUT: '6000' });
  const pid = await pidOf(running.url);
  const busy = await fetch(`${running.url}/block?ms=1000`, { method: 'POST' });
  expect(await busy.json()).toEqual({ pid });
  expect(await pidOf(running.url)).toBe(pid);
  expect(running.stdout()).not.toContain('"level":"error"');
});

test.skipIf(!hasProc)(
  'a worker that responds again before it is killed finishes its requests',
  async () => {
    const { url, child, stdout, seen } = await start();
    // On a busy machine, the first worker may have been replaced already.
    const pid = await until('one worker runs', async () => {
      const found = await pidOf(url);
      return childrenOf(child).join() === String(found) && found;
    });
    const file = join(temporaryFolder('blocked'), 'end');
    const busy = fetch(`${url}/block-native?file=${encodeURIComponent(file)}`, {
      method: 'POST',
      headers: { connection: 'close' },
    });
    // Native code is not killed before its thread has tried to read the stack.
    await until('the worker is replaced', () => childrenOf(child).some((other) => other !== pid));
    writeFileSync(file, '');
    expect(await (await busy).json()).toEqual({ pid });
    await seen('"a worker that was blocked responds again');
    expect(await pidOf(url)).not.toBe(pid);
    expect(stdout()).not.toContain('"level":"error"');
  },
);

test('a server with a blocked worker stops before its drain time is over', async () => {
  const { url, stop, seen, stdout, stderr } = await start({ GATI_DRAIN: String(FOREVER) });
  await seen('the watchdog thread runs');
  void sendLost(`${url}/block?ms=${FOREVER}`);
  await until('the handler blocks', () => stderr().includes('a handler blocks'));
  expect(await stop()).toBe(0);
  await until('the log names the worker', () => stdout().includes('GATI_WORKER_BLOCKED'));
});

test('new connections go to the other workers while one is blocked', async () => {
  const running = await start({ GATI_WORKERS: '2' });
  const { url } = running;
  const pids = new Set<number>();
  await until('both workers respond', async () => pids.add(await pidOf(url)).size === 2);
  const [blocked] = pids;
  process.kill(blocked!, 'SIGSTOP');
  const answers: Promise<number>[] = [];
  const log = blockedLine(running);
  const ended = { log: false };
  void log.finally(() => (ended.log = true));
  while (!ended.log) {
    answers.push(pidOf(url));
    await sleep(20);
  }
  const responders = await Promise.all(answers);
  expect(responders).not.toContain(blocked);
  expect((await log).worker).toBe(blocked);
});

test('a pause of the supervisor, or of the whole machine, replaces no worker', async () => {
  const running = await start({ GATI_HEARTBEAT_TIMEOUT: '1500' });
  const pid = await pidOf(running.url);
  const supervisor = running.child.pid!;
  for (const paused of [[supervisor], [supervisor, pid]]) {
    for (const each of paused) process.kill(each, 'SIGSTOP');
    await sleep(2000);
    for (const each of paused.toReversed()) process.kill(each, 'SIGCONT');
    await sleep(500);
    expect(await pidOf(running.url)).toBe(pid);
  }
  expect(running.stdout()).not.toContain('"level":"error"');
});

test('an effects worker that a job blocks is replaced and named in the log', async () => {
  const running = await start({
    GATI_EFFECTS: `sqlite:${join(server.folder(), 'blocked.db')}`,
  });
  // Both processes have one.
  await until(
    'the watchdog threads run',
    () => running.stdout().match(/the watchdog thread runs/g)?.length === 2,
  );
  await sendLost(`${running.url}/block-job?ms=${FOREVER}`);
  const line = await blockedLine(running);
  expect(line.worker).not.toBe(await pidOf(running.url));
  expect(line.stack).toContain('at blockEventLoop');
});

// Nothing but the system can end a process that is stopped by a signal.
test('a worker in an endless loop ends when its supervisor is killed', async () => {
  const running = await start();
  const pid = await pidOf(running.url);
  await running.seen('the watchdog thread runs');
  void sendLost(`${running.url}/block?ms=${FOREVER}`);
  await until('the handler blocks', () => running.stderr().includes('a handler blocks'));
  await running.stop('SIGKILL');
  await until('the worker ends', () => !isAlive(pid));
});

test('the proof of a release in an endless loop ends when its supervisor is killed', async () => {
  const folder = temporaryFolder('blocked');
  const store = await openReleaseStore(join(folder, 'store'));
  await putSealed(store, '1.0.0');
  await putSealed(store, '2.0.0', {
    modules:
      "{ loop: () => ({ default: { setup() { console.log('proof ' + process.pid); for (;;); } } }) }",
  });
  await activateRelease(store, '1.0.0');
  const running = await start({
    GATI_RELEASES: join(folder, 'store'),
    GATI_CACHE: join(folder, 'cache'),
  });
  await activateRelease(store, '2.0.0');
  const [, proof] = await until('the release loops', () => /"proof (\d+)"/.exec(running.stdout()));
  await running.stop('SIGKILL');
  await until('the proof ends', () => !isAlive(Number(proof)));
});

test('GATI_HEARTBEAT_TIMEOUT=0 turns the watch off', async () => {
  const running = await start({ GATI_HEARTBEAT_TIMEOUT: '0' });
  const pid = await pidOf(running.url);
  process.kill(pid, 'SIGSTOP');
  await sleep(2 * TIMEOUT);
  process.kill(pid, 'SIGCONT');
  expect(await pidOf(running.url)).toBe(pid);
});

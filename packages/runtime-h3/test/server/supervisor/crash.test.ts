import { until } from '@gati/test-kit/wait';
import { expect, test } from 'vitest';
import { useServer } from '../helpers/harness.ts';

const server = useServer();

const pidOf = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/hello`, { headers: { connection: 'close' } });
  return ((await response.json()) as { pid: number }).pid;
};

const post = async (url: string): Promise<void> => {
  await fetch(url, { method: 'POST', headers: { connection: 'close' } }).catch(() => undefined);
};

const crashesOf = async (url: string): Promise<Record<string, number>> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.matchAll(/^gati_worker_crashes_total\{cause="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, cause, count]) => [cause!, Number(count)]));
};

const NONE = { uncaught: 0, blocked: 0, memory: 0, signal: 0, exit: 0, start: 0 };

test.each([
  ['uncaught', 'an error that nothing catches'],
  ['memory', 'a heap that is full'],
  ['signal', 'SIGKILL'],
  ['exit', 'process.exit()'],
] as const)('a crash by %s (%s) is logged and counted by its cause', async (cause, _how) => {
  const { url, stdout, seen } = await server.start({
    GATI_LOG_LEVEL: 'error',
    // The heap is full soon.
    NODE_OPTIONS: '--max-old-space-size=48',
  });
  expect(await crashesOf(url)).toEqual(NONE);
  const pid = await pidOf(url);
  if (cause === 'uncaught') await post(`${url}/throw`);
  else if (cause === 'memory') await post(`${url}/fill`);
  else if (cause === 'exit') await post(`${url}/exit`);
  else process.kill(pid, 'SIGKILL');
  await until('another worker responds', async () => (await pidOf(url)) !== pid);
  await seen(cause === 'uncaught' ? 'GATI_UNCAUGHT' : 'GATI_WORKER_CRASHED');
  if (cause !== 'uncaught') {
    const line = stdout()
      .split('\n')
      .find((text) => text.includes('GATI_WORKER_CRASHED'))!;
    expect(JSON.parse(line)).toMatchObject({ level: 'error', worker: pid, cause });
  }
  await until('the crash is counted', async () => (await crashesOf(url))[cause] === 1);
  expect(await crashesOf(url)).toEqual({ ...NONE, [cause]: 1 });
});

test('workers that throw outside of a request are replaced at once, and no request is lost', async () => {
  const { url } = await server.start({ GATI_WORKERS: '2' });
  const first = await pidOf(url);
  for (let n = 0; n < 8; n++) {
    await post(`${url}/throw`);
    await pidOf(url);
  }
  await until('all are counted', async () => (await crashesOf(url)).uncaught === 8);
  await until('another worker responds', async () => (await pidOf(url)) !== first);
});

import { expect, test } from 'vitest';
import { useServer } from '../helpers/harness.ts';

const server = useServer();

const linesOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('the supervisor writes its log lines in the format of the workers, with a time', async () => {
  const { child, seen, stdout, stop } = await server.start();
  child.kill('SIGUSR2');
  await seen('"rolled"');
  expect(linesOf(stdout()).find(({ msg }) => msg === 'rolling')).toEqual({
    level: 'info',
    msg: 'rolling',
    time: expect.any(Number),
    workers: 1,
  });
  expect(await stop()).toBe(0);
});

test('GATI_LOG_LEVEL filters the lines of the supervisor, but not the ready line', async () => {
  const { url, child, stdout, stop } = await server.start({ GATI_LOG_LEVEL: 'error' });
  expect(linesOf(stdout())[0]).toEqual({ level: 'info', msg: 'listening', url });
  const pid = async (): Promise<number> => {
    const response = await fetch(`${url}/hello`, { headers: { connection: 'close' } });
    return ((await response.json()) as { pid: number }).pid;
  };
  const old = await pid();
  child.kill('SIGUSR2');
  await expect.poll(pid).not.toBe(old);
  expect(await stop()).toBe(0);
  expect(stdout()).not.toContain('roll');
});

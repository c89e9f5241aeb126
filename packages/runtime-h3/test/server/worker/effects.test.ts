import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type RunningServer, useServer } from '../helpers/harness.ts';

const server = useServer();
let count = 0;
const queue = (): Record<string, string> => ({
  GATI_EFFECTS: `sqlite:${join(server.folder(), `queue-${count++}.db`)}`,
});

interface Line {
  began?: string;
  ended?: string;
  pid: number;
  attempt: number;
}

const linesOf = (...servers: RunningServer[]): Line[] =>
  servers
    .flatMap((one) => one.stdout().split('\n'))
    .filter((line) => line.startsWith('{"began"') || line.startsWith('{"ended"'))
    .map((line) => JSON.parse(line) as Line);

const enqueue = async (
  { url }: RunningServer,
  hold: number,
): Promise<{ id: string; pid: number }> =>
  (await (await fetch(`${url}/where?hold=${hold}`, { method: 'POST' })).json()) as {
    id: string;
    pid: number;
  };

test('one process runs the jobs of a shared queue, and every worker can read their state', async () => {
  const running = await server.start({ ...queue(), GATI_WORKERS: '2' });
  const jobs: { id: string; pid: number }[] = [];
  for (let n = 0; n < 6; n++) jobs.push(await enqueue(running, 0));
  await expect.poll(() => linesOf(running).filter(({ ended }) => ended).length).toBe(6);
  const pids = new Set(linesOf(running).map(({ pid }) => pid));
  expect(pids.size).toBe(1);
  expect(jobs.map(({ pid }) => pid)).not.toContain([...pids][0]);
  const state = async (): Promise<unknown> =>
    ((await (await fetch(`${running.url}/job?id=${jobs[0]!.id}`)).json()) as { job: unknown }).job;
  await expect
    .poll(state)
    .toMatchObject({ state: 'completed', attempt: 1, progress: 50, result: { by: [...pids][0] } });
  // The second worker may still be starting.
  const metrics = async (): Promise<string> => (await fetch(`${running.url}/metrics`)).text();
  await expect.poll(metrics).toContain('gati_workers 3');
  const text = await metrics();
  expect(text).toContain('gati_effect_jobs{state="waiting"} 0');
  // Workers enqueued them, and another process ran them.
  expect(text).toMatch(/^messaging_client_sent_messages_total\{.*\} 6$/m);
  expect(text).toMatch(/^messaging_process_duration_seconds_count\{.*outcome="completed".*\} 6$/m);
  expect(await running.stop()).toBe(0);
});

test('a stopping server finishes its jobs, and the next server runs the remaining ones', async () => {
  const env = queue();
  const first = await server.start({ ...env, GATI_DRAIN: '3000' });
  const short = await enqueue(first, 300);
  const long = await enqueue(first, 60_000);
  await expect.poll(() => linesOf(first).filter(({ began }) => began).length).toBe(2);
  expect(await first.stop()).toBe(0);
  expect(linesOf(first).filter(({ ended }) => ended)).toMatchObject([
    { ended: short.id, attempt: 1 },
  ]);
  const second = await server.start(env);
  await expect.poll(() => linesOf(second)).toMatchObject([{ began: long.id, attempt: 2 }]);
});

test('a server with role core enqueues jobs that a server with role worker runs', async () => {
  const env = queue();
  const core = await server.start({ ...env, GATI_ROLE: 'core' });
  const { id } = await enqueue(core, 0);
  const worker = await server.start({ ...env, GATI_ROLE: 'worker' });
  expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
  expect((await fetch(`${worker.url}/where?hold=0`, { method: 'POST' })).status).toBe(404);
  await expect
    .poll(() => linesOf(worker).find(({ ended }) => ended === id))
    .toMatchObject({ attempt: 1 });
  expect(linesOf(core)).toEqual([]);
});

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Lease, NewJob, QueueDriver } from '../../../../src/ports.ts';
import type { TestServer } from '../../../../../../test/servers/process.ts';

export interface RestartHarness {
  server: TestServer;
  /** Makes `open` open another, empty queue from now on. */
  fresh(): void;
  open(): Promise<QueueDriver>;
  /** Signals that end the server: like an operator, and like a crash. */
  signals: NodeJS.Signals[];
}

const JOBS = 400;
const LEASE = 5000;
/** Milliseconds that all jobs may take. Long, since the machine may be busy. */
const WORK_LIMIT = 200_000;

/** Tests queues in a server: it stops and starts again while jobs are enqueued and run. */
export function testRestart({ server, fresh, open, signals }: RestartHarness): void {
  for (const signal of signals) {
    test(`no job is lost and the queue recovers when the server ends with ${signal} and starts again`, async () => {
      fresh();
      const producer = await open();
      const worker = await open();
      const put = Array.from({ length: JOBS }, (_, n): NewJob => ({
        id: randomUUID(),
        effect: 'a',
        payload: String(n),
        priority: 0,
        release: '1.0.0',
        runAt: Date.now(),
      }));
      const accepted = new Set<string>();
      const done = new Set<string>();
      let woken = 0;
      worker.onReady?.(() => woken++);

      const produce = async (jobs: NewJob[]): Promise<void> => {
        for (const job of jobs) {
          for (const id of await producer.enqueue([job])) accepted.add(id);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      const finish = async (lease: Lease): Promise<void> => {
        if (await worker.ack(lease)) done.add(lease.job.id);
        // The server may have stored the acknowledgement and not responded.
        else if (
          (await worker.list!({ ids: [lease.job.id], limit: 1 })).jobs[0]?.state === 'completed'
        )
          done.add(lease.job.id);
      };
      const work = async (): Promise<void> => {
        const until = Date.now() + WORK_LIMIT;
        while (Date.now() < until && done.size < JOBS) {
          const leases = await worker.claim([{ effect: 'a', count: 20 }], LEASE);
          await Promise.all(leases.map(finish));
          if (leases.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      const working = work();
      const producing = Promise.all(
        [0, 1, 2, 3].map((part) => produce(put.filter((_, n) => n % 4 === part))),
      );
      await expect.poll(() => done.size).toBeGreaterThan(20);
      await server.restart(signal);
      await producing;
      await working;

      expect(accepted.size).toBe(JOBS);
      expect([...done].sort()).toEqual(put.map(({ id }) => id).sort());
      expect(await worker.stats()).toMatchObject({ waiting: 0, delayed: 0, active: 0, dead: 0 });
      if (worker.onReady) {
        // Ready messages work again too.
        const before = woken;
        await expect
          .poll(async () => {
            await producer.enqueue([{ ...put[0]!, id: randomUUID() }]);
            return woken;
          })
          .toBeGreaterThan(before);
      }
      await Promise.all([producer.close(), worker.close()]);
    });
  }
}

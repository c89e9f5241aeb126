import type { NewJob, Pause, QueueDriver } from '../../../ports.ts';
import type { QueueOpener } from '../queue-opener.ts';
import { createDueSignal } from './due-signal.ts';
import { JobTable } from './job-table.ts';
import { createLeaseCalls } from './leases.ts';
import { createJobLists } from './list-jobs.ts';
import { createEnqueueIn } from './transaction.ts';

/** Milliseconds between two removals of expired idempotency keys. */
const FORGET_INTERVAL = 60_000;

/** `memory:`: jobs in this process's memory. */
export const open: QueueOpener = async () => createMemoryDriver();

/**
 * Creates a queue in this process's memory: for tests, and where jobs may be lost with the process.
 *
 * @param now returns epoch milliseconds
 */
export function createMemoryDriver(now: () => number = Date.now): QueueDriver {
  const due = createDueSignal(() => table.nextDue(), now);
  const table = new JobTable(now, due.fireAndSetTimer);
  const pauses = new Map<string, Pause>();
  const forgetting = setInterval(() => table.keys.forgetExpired(), FORGET_INTERVAL);
  forgetting.unref();

  const insert = (jobs: NewJob[]): string[] => {
    const ids = jobs.map((job) => table.add(job));
    due.fireAndSetTimer();
    return ids;
  };
  const enqueueIn = createEnqueueIn(table.keys, now, insert);

  return {
    caps: {
      durable: false,
      shared: false,
      maxDelay: Infinity,
      keyMemory: Infinity,
      ordered: true,
      tx: true,
    },
    ...createLeaseCalls(table, now),
    ...createJobLists(table, now, due.fire),

    enqueue: async (jobs, tx) => (tx === undefined ? insert(jobs) : enqueueIn(tx, jobs)),

    async claim(requests, lease) {
      table.updateDue();
      const claimed = requests.flatMap((request) => table.claim(request, lease));
      due.setTimer();
      return claimed;
    },

    paused: async () => [...pauses].map(([effect, pause]) => ({ effect, ...pause })),

    async setPaused(effect, pause) {
      if (pause) pauses.set(effect, pause);
      else pauses.delete(effect);
      due.fire();
    },

    onReady: due.listen,

    async close() {
      due.close();
      clearInterval(forgetting);
    },
  };
}

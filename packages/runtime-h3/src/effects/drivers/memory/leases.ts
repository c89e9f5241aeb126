import type { Lease, QueueDriver } from '../../../ports.ts';
import type { Entry } from './entry.ts';
import type { JobTable } from './job-table.ts';

type LeaseCalls = Required<
  Pick<QueueDriver, 'extend' | 'ack' | 'retry' | 'dead' | 'saveStep' | 'saveProgress'>
>;

/**
 * Creates the functions that the holder of a lease calls. They resolve to `false` when the lease is
 * lost.
 *
 * @param now returns epoch milliseconds
 */
export function createLeaseCalls(table: JobTable, now: () => number): LeaseCalls {
  const whileHeld = async (lease: Lease, change: (entry: Entry) => void): Promise<boolean> => {
    const entry = table.held(lease);
    if (entry) change(entry);
    return entry !== undefined;
  };
  const settle = async (lease: Lease, change: (entry: Entry) => void): Promise<boolean> =>
    table.settle(lease, change);

  return {
    extend: (lease, milliseconds) =>
      whileHeld(lease, (entry) => void (entry.leasedUntil = now() + milliseconds)),
    saveStep: (lease, name, result) =>
      whileHeld(lease, (entry) => void (entry.steps = { ...entry.steps, [name]: result })),
    saveProgress: (lease, progress) =>
      whileHeld(lease, (entry) => void (entry.progress = progress)),

    ack: (lease, result) =>
      settle(lease, (entry) => {
        delete entry.steps;
        if (result !== undefined) entry.result = result;
        table.end(entry, 'completed');
      }),

    retry: (lease, runAt, error) =>
      settle(lease, (entry) => {
        entry.error = error;
        table.place(entry, runAt);
      }),

    dead: (lease, reason) =>
      settle(lease, (entry) => {
        entry.error = reason;
        table.end(entry, 'dead');
      }),
  };
}

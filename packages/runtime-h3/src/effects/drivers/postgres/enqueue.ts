import type { NewJob, QueueDriver } from '../../../ports.ts';
import { createBatch } from '../shared/batch.ts';
import { retryWhileUnavailable } from '../shared/retry.ts';
import { unavailableError } from '../shared/unavailable.ts';
import { BATCH_BYTES, ITEM_BYTES } from './batch-size.ts';
import type { Connection } from './connection.ts';
import { isOutage } from './errors.ts';
import { insertJobs } from './insert-jobs.ts';
import type { Notifications } from './notifications.ts';
import type { Statements } from './statements.ts';
import { enqueueIn } from './transaction.ts';

/** Creates `enqueue`. Simultaneous calls go in one statement. */
export function createEnqueue(
  connection: Connection,
  sql: Statements,
  notifications: Notifications,
): Pick<QueueDriver, 'enqueue'> & { idle(): Promise<void> } {
  const enqueues = createBatch<NewJob[], string[]>({
    limit: BATCH_BYTES,
    weigh: (jobs) => jobs.reduce((sum, { payload }) => sum + payload.length + ITEM_BYTES, 0),
    isOutage,
    async send(groups) {
      const ids = await retryWhileUnavailable(
        () => insertJobs(connection.once, sql, groups.flat()),
        isOutage,
      );
      notifications.announce();
      let start = 0;
      return groups.map((group) => ids.slice(start, (start += group.length)));
    },
  });

  return {
    async enqueue(jobs, tx) {
      if (jobs.length === 0) return [];
      try {
        return await (tx === undefined
          ? enqueues.add(jobs)
          : enqueueIn(tx, sql, notifications, jobs));
      } catch (cause) {
        if (!isOutage(cause)) throw cause;
        throw unavailableError(
          'The queue in PostgreSQL does not respond, and the job was not enqueued',
          'Try again when the server is back.',
          cause,
        );
      }
    },
    idle: enqueues.idle,
  };
}

import { getOrCreate } from '../../../collections/get-or-create.ts';
import type { NewJob } from '../../../ports.ts';
import { txError } from '../shared/tx-error.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';

/**
 * Creates `enqueueIn`, which inserts jobs when a transaction of `gctx.db` commits. It returns their
 * ids. A job whose key exists already gets the id of the earlier job. Concurrent transactions do not
 * see each other's keys: the first to commit wins. It throws GATI_EFFECTS_TX when `tx` is not a
 * transaction of `gctx.db`.
 *
 * @param keys the keys of the jobs in the queue
 * @param now returns epoch milliseconds
 */
export function createEnqueueIn(
  keys: IdempotencyKeys,
  now: () => number,
  insert: (jobs: NewJob[]) => void,
): (tx: unknown, jobs: NewJob[]) => string[] {
  /** Ids, by key, of the jobs that a transaction will add when it commits. */
  const uncommitted = new WeakMap<object, IdempotencyKeys>();
  return (tx, jobs) => {
    runAfterCommit(tx, () => insert(jobs));
    const own = getOrCreate(uncommitted, tx as object, () => new IdempotencyKeys(now));
    return jobs.map((job) => keys.find(job) ?? own.reserve(job) ?? job.id);
  };
}

/**
 * Runs `work` when a transaction of `gctx.db` has committed.
 *
 * @throws {GatiError} GATI_EFFECTS_TX when `tx` is not a transaction of `gctx.db`
 */
function runAfterCommit(tx: unknown, work: () => void): void {
  const { afterCommit } = (tx ?? {}) as { afterCommit?: (work: () => void) => void };
  if (afterCommit === undefined)
    throw txError(
      '`tx` is not a transaction of gctx.db',
      'Pass the `tx` of gctx.db.transaction().',
    );
  afterCommit(work);
}

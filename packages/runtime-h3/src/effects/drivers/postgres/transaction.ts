import type { NewJob } from '../../../ports.ts';
import { txError } from '../shared/tx-error.ts';
import type { Queryable, Run } from './connection.ts';
import { insertJobs } from './insert-jobs.ts';
import type { Notifications } from './notifications.ts';
import type { Statements } from './statements.ts';

/**
 * Inserts jobs in the user's own transaction. They exist once it commits.
 *
 * @throws {GatiError} GATI_EFFECTS_TX when `tx` is not a transaction of PostgreSQL
 */
export async function enqueueIn(
  tx: unknown,
  sql: Statements,
  notifications: Notifications,
  jobs: NewJob[],
): Promise<string[]> {
  const client = toQueryable(tx);
  const run: Run = async (text, values) => (await client.query(text, values)).rows as never[];
  const ids = await insertJobs(run, sql, jobs);
  await notifications.announceIn(client);
  return ids;
}

/**
 * Returns the user's own transaction: that of `gctx.db`, or a `pg` client that has begun one.
 *
 * @throws {GatiError} GATI_EFFECTS_TX when `tx` is neither
 */
function toQueryable(tx: unknown): Queryable {
  if (typeof tx === 'object' && tx !== null && 'query' in tx && typeof tx.query === 'function')
    return tx as Queryable;
  throw txError(
    '`tx` is not a transaction of PostgreSQL',
    'Pass the `tx` of gctx.db.transaction(), or the client of pg that began the transaction.',
  );
}

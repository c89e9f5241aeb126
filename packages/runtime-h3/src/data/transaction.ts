import type { Database as Db0 } from 'db0';
import { databaseError } from './errors.ts';
import { createSql } from './sql.ts';
import type { Sql, Transaction } from '../types/data.ts';
import { bindFor } from './bind-values.ts';

/** Logs an error that no caller gets. */
export type ReportError = (message: string, error: Error) => void;

/**
 * Runs `work` in a transaction on a connection that nothing else uses during the transaction.
 *
 * @param report logs errors of work after the commit, which can't undo it
 */
export async function inTransaction<Value>(
  dialect: Sql['dialect'],
  connection: Db0,
  work: (tx: Transaction) => Promise<Value>,
  report: ReportError,
  extend: (tx: Transaction) => Transaction = (tx) => tx,
): Promise<Value> {
  // SQLite takes the write lock at the start: later it would fail instead of waiting for the lock.
  await connection.exec(dialect === 'sqlite' ? 'BEGIN IMMEDIATE' : 'BEGIN');
  let ended = false;
  const bind = bindFor(dialect);
  const tx = createSql(dialect, async (use) => {
    if (ended)
      throw databaseError(
        'A transaction was used after its end.',
        'Await every use of `tx` before the function of the transaction resolves.',
      );
    return use(connection, bind);
  });
  const committed: (() => void)[] = [];
  // For `enqueue({ tx })` with a queue in memory.
  Object.defineProperty(tx, 'afterCommit', {
    value: (then: () => void) => void committed.push(then),
  });
  let value: Value;
  try {
    value = await work(extend(tx));
    ended = true;
    await connection.exec('COMMIT');
  } catch (error) {
    ended = true;
    await rollback(connection);
    throw error;
  }
  for (const then of committed) {
    try {
      then();
    } catch (error) {
      report('work after a committed transaction has failed', error as Error);
    }
  }
  return value;
}

/**
 * A failure means that there is nothing to roll back: the connection is lost, or `work` ended the
 * transaction.
 */
async function rollback(connection: Db0): Promise<void> {
  try {
    await connection.exec('ROLLBACK');
  } catch {
    // The error of `work` is thrown.
  }
}

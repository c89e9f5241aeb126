import type { Database as Db0 } from 'db0';
import { databaseError } from './errors.ts';
import { createSql } from './sql.ts';
import type { Sql, Transaction } from '../types/data.ts';
import { bindFor } from './bind-values.ts';

/** Runs `work` in a transaction on a connection that nothing else uses during the transaction. */
export async function inTransaction<Value>(
  dialect: Sql['dialect'],
  connection: Db0,
  work: (tx: Transaction) => Promise<Value>,
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
  try {
    const value = await work(extend(tx));
    ended = true;
    await connection.exec('COMMIT');
    for (const then of committed) then();
    return value;
  } catch (error) {
    ended = true;
    await rollback(connection);
    throw error;
  }
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

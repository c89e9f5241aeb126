import type { Database as Db0 } from 'db0';
import { databaseError } from './errors.ts';
import { toSql } from './sql.ts';
import type { Sql, Transaction } from '../types/data.ts';
import { toBind } from './bind-values.ts';

/** Runs `work` on a connection that nobody else uses meanwhile. */
export async function inTransaction<Value>(
  dialect: Sql['dialect'],
  connection: Db0,
  work: (tx: Transaction) => Promise<Value>,
  extend: (tx: Transaction) => Transaction = (tx) => tx,
): Promise<Value> {
  // SQLite: the lock to write at once, since one that is asked for later can't be waited for.
  await connection.exec(dialect === 'sqlite' ? 'BEGIN IMMEDIATE' : 'BEGIN');
  let ended = false;
  const bind = toBind(dialect);
  const tx = toSql(dialect, async (use) => {
    if (ended)
      throw databaseError(
        'A transaction was used after its end.',
        'Await every use of `tx` before the function of the transaction resolves.',
      );
    return use(connection, bind);
  });
  try {
    const value = await work(extend(tx));
    ended = true;
    await connection.exec('COMMIT');
    return value;
  } catch (error) {
    ended = true;
    await rollback(connection);
    throw error;
  }
}

/** What fails here has nothing to roll back: the connection is gone, or `work` ended the transaction itself. */
async function rollback(connection: Db0): Promise<void> {
  try {
    await connection.exec('ROLLBACK');
  } catch {
    // What `work` threw says more.
  }
}

import { type Native, rollBack } from '../../data/native-sqlite.ts';

/** Runs `work` in a transaction that writes. */
export function inTransaction<Result>(db: Native, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

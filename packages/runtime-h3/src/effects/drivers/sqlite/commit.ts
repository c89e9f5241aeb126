import { type Native, rollBack, toFailure } from '../../../data/native-sqlite.ts';
import type { Call, CallResult, Store } from './protocol.ts';
import { begin } from './schema.ts';

export interface Committed {
  results: CallResult[];
  /** Another process held the write lock. */
  contended: boolean;
}

/** Milliseconds for which another process may hold the write lock. */
const BUSY_TIMEOUT = 15_000;

/**
 * Runs all calls in one transaction, so that they share one flush to the disk (group commit).
 * Returns when they are on the disk. If the transaction fails, each call gets its own transaction:
 * a disk that is too full for more jobs may still store that a job has ended.
 */
export function commit(db: Native, store: Store, calls: Call[]): Committed {
  try {
    return commitTogether(db, store, calls);
  } catch (error) {
    if (calls.length === 1)
      return { results: [[calls[0]![0], undefined, toFailure(error)]], contended: false };
    const each = calls.map((call) => commit(db, store, [call]));
    return {
      results: each.flatMap(({ results }) => results),
      contended: each.some(({ contended }) => contended),
    };
  }
}

function commitTogether(db: Native, store: Store, calls: Call[]): Committed {
  const contended = begin(db, BUSY_TIMEOUT);
  try {
    const results = calls.map(([id, name, args]): CallResult => [
      id,
      (store[name] as (...args: unknown[]) => unknown)(...args),
    ]);
    db.exec('COMMIT');
    return { results, contended };
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

import { type Native, toFailure } from './native.ts';
import type { Call, Failure, Store } from './protocol.ts';
import { begin } from './schema.ts';

export type Answer =
  | [id: number, value: unknown]
  | [id: number, value: undefined, failure: Failure];

export interface Committed {
  answers: Answer[];
  /** Another process held the write lock. */
  contended: boolean;
}

/** How long another process may keep the write lock. Milliseconds. */
const BUSY_TIMEOUT = 15_000;

/**
 * Group commit: all calls in one transaction, so that they share one flush to the disk; no answer before it is there.
 * Where it fails, each call gets a transaction of its own: what is ended may still be stored on a disk that is too full for more.
 */
export function commit(db: Native, store: Store, calls: Call[]): Committed {
  try {
    return transact(db, store, calls);
  } catch (error) {
    if (calls.length === 1)
      return { answers: [[calls[0]![0], undefined, toFailure(error)]], contended: false };
    const each = calls.map((call) => commit(db, store, [call]));
    return {
      answers: each.flatMap(({ answers }) => answers),
      contended: each.some(({ contended }) => contended),
    };
  }
}

function transact(db: Native, store: Store, calls: Call[]): Committed {
  const contended = begin(db, BUSY_TIMEOUT);
  try {
    const answers = calls.map(([id, name, args]): Answer => [
      id,
      (store[name] as (...given: unknown[]) => unknown)(...args),
    ]);
    db.exec('COMMIT');
    return { answers, contended };
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

function rollBack(db: Native): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back itself, as it does when the disk is full.
  }
}

import { databaseError } from './errors.ts';

/**
 * Longest wait for the lock, as long as SQLite waits for a lock of another process. Milliseconds.
 */
const LOCK_TIMEOUT = 5000;

/** A lock on a connection that has many users, for work in several steps. */
export interface Mutex {
  /** A caller holds the lock or waits for it. */
  readonly locked: boolean;
  /**
   * Runs `work` while it holds the lock. Callers get the lock in the order in which they came.
   *
   * @throws {GatiError} GATI_DATABASE when earlier callers hold the lock for more than 5 seconds
   */
  runExclusive<Value>(work: () => Promise<Value>): Promise<Value>;
}

export function createMutex(): Mutex {
  let last: Promise<unknown> | undefined;
  return {
    get locked() {
      return last !== undefined;
    },
    async runExclusive(work) {
      const before = last;
      let release = (): void => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      // Includes `before`: the next caller must wait for the earlier ones even if this one gives
      // up.
      const turn = Promise.all([before, released]);
      last = turn;
      void turn.then(() => {
        if (last === turn) last = undefined;
      });
      try {
        if (before !== undefined) await withTimeout(before);
        return await work();
      } finally {
        release();
      }
    },
  };
}

async function withTimeout(turn: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const error = databaseError(
      `Another transaction of this process has used the database for more than ${LOCK_TIMEOUT / 1000} s.`,
      'Inside gctx.db.transaction(async (tx) => …) use `tx` instead of gctx.db, and do slow work before or after it.',
    );
    timer = setTimeout(() => reject(error), LOCK_TIMEOUT);
  });
  try {
    await Promise.race([turn, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

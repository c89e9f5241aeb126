import { databaseError } from './errors.ts';

/** As long as SQLite waits for a lock of another process. Milliseconds. */
const TURN_TIMEOUT = 5000;

/** One connection that many use: what is done in several steps has it alone. */
export interface Mutex {
  /** Somebody has it alone, or waits for that. */
  readonly locked: boolean;
  /** One after the other, as they came. Throws `GATI_DATABASE` where those before take more than 5 seconds. */
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
      let end = (): void => {};
      const own = new Promise<void>((resolve) => (end = resolve));
      // Whoever gave up is passed over, so that the next still waits for those before.
      const turn = Promise.all([before, own]);
      last = turn;
      void turn.then(() => {
        if (last === turn) last = undefined;
      });
      try {
        if (before !== undefined) await patiently(before);
        return await work();
      } finally {
        end();
      }
    },
  };
}

async function patiently(turn: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = databaseError(
      `Another transaction of this process has used the database for more than ${TURN_TIMEOUT / 1000} s.`,
      'Inside gctx.db.transaction(async (tx) => …) use `tx` instead of gctx.db, and do slow work before or after it.',
    );
    timer = setTimeout(() => reject(error), TURN_TIMEOUT);
  });
  try {
    await Promise.race([turn, late]);
  } finally {
    clearTimeout(timer);
  }
}

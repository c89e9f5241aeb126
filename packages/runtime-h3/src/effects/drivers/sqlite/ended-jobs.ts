import type { Native, Row } from '../../../data/native-sqlite.ts';
import type { Clock } from './clock.ts';
import { CANCELLED, COMPLETED, KEY_MEMORY } from './schema.ts';

/** Number of ended jobs of a state that stay visible. */
const KEPT_JOBS = 10_000;
/** Number of jobs that may end before the oldest are removed again. */
const TRIM_INTERVAL = 1000;

/** End of a statement whose rows go to `end`. */
export const RETURN_ENDED = 'RETURNING seq, effect, key, stepped';

/**
 * Creates `end`, which is called with the rows of jobs that were completed or cancelled. It starts
 * the time until their keys expire, removes their steps, and from time to time removes the oldest
 * ended jobs. It returns the number of rows.
 */
export function createEnd(db: Native, { wall }: Clock): (rows: Row[]) => number {
  const endKey = db.prepare('UPDATE keys SET until = ? WHERE effect = ? AND key = ?');
  const forgetKeys = db.prepare('DELETE FROM keys WHERE until IS NOT NULL AND until <= ?');
  const dropSteps = db.prepare('DELETE FROM steps WHERE seq = ?');
  const countEnded = db.prepare(
    `SELECT count(*) AS count FROM jobs WHERE state >= ${COMPLETED} AND state = ?`,
  );
  const trimEnded = db.prepare(
    `DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs WHERE state >= ${COMPLETED} AND state = ? ORDER BY seq LIMIT ?)`,
  );
  let ended = 0;

  const trim = (): void => {
    for (const state of [COMPLETED, CANCELLED]) {
      const { count } = countEnded.all(state)[0] as { count: number };
      if (count > KEPT_JOBS) trimEnded.run(state, count - KEPT_JOBS);
    }
    forgetKeys.run(wall());
  };

  return (rows) => {
    for (const { seq, effect, key, stepped } of rows) {
      if (key !== null) endKey.run(wall() + KEY_MEMORY, effect!, key!);
      if (stepped) dropSteps.run(seq!);
    }
    ended += rows.length;
    if (ended >= TRIM_INTERVAL) {
      ended = 0;
      trim();
    }
    return rows.length;
  };
}

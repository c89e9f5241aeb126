import type { Native } from '../../../data/native-sqlite.ts';
import { type Clock, createJumpDetector } from './clock.ts';
import type { Store } from './protocol.ts';
import { ACTIVE, DELAYED, END_LEASE, WAITING } from './schema.ts';

/**
 * Maximum number of jobs that one claim moves to `waiting`: if a million jobs become due together,
 * they must not block other calls.
 */
const WAKE_LIMIT = 1000;
/** Lease that a job gets after the clock was set. Milliseconds. */
const RENEWED_LEASE = 30_000;
/**
 * Longest lease. Milliseconds. A lease that ends later comes from a time before the clock was set
 * back.
 */
const LONGEST_LEASE = 10 * 60_000;

interface DueJobs extends Pick<Store, 'nextDue'> {
  /** Moves due jobs, and jobs whose lease has expired, to the state `waiting`. */
  updateDue(): void;
}

/** Creates the functions that compare the times of jobs and leases with the clock. */
export function createDueJobs(db: Native, clock: Clock): DueJobs {
  const { wall } = clock;
  const jumped = createJumpDetector(clock);
  const renewLeases = db.prepare(`UPDATE jobs SET leased_until = ? WHERE state = ${ACTIVE}`);
  const capLeases = db.prepare(
    `UPDATE jobs SET leased_until = ? WHERE state = ${ACTIVE} AND leased_until > ?`,
  );
  const expire = db.prepare(
    `UPDATE jobs SET state = ${WAITING}, ${END_LEASE} WHERE seq IN (SELECT seq FROM jobs WHERE state = ${ACTIVE} AND leased_until <= ? ORDER BY leased_until LIMIT ?)`,
  );
  const wake = db.prepare(
    `UPDATE jobs SET state = ${WAITING} WHERE seq IN (SELECT seq FROM jobs WHERE state = ${DELAYED} AND run_at <= ? ORDER BY run_at LIMIT ?)`,
  );
  const nextDue = db.prepare(
    `SELECT CAST(min(at) AS REAL) AS at FROM (SELECT min(run_at) AS at FROM jobs WHERE state = ${DELAYED} UNION ALL SELECT min(leased_until) FROM jobs WHERE state = ${ACTIVE})`,
  );

  return {
    updateDue() {
      const now = wall();
      // A jump forward would expire the leases of live processes, a jump back would keep those of
      // dead ones.
      if (jumped()) renewLeases.run(now + RENEWED_LEASE);
      capLeases.run(now + RENEWED_LEASE, now + LONGEST_LEASE);
      expire.run(now, WAKE_LIMIT);
      wake.run(now, WAKE_LIMIT);
    },
    nextDue() {
      const { at } = nextDue.all()[0] as { at: number | null };
      return at ?? undefined;
    },
  };
}

import type { Native, Row } from '../../../data/native-sqlite.ts';
import type { Clock } from './clock.ts';
import { RETURN_ENDED } from './ended-jobs.ts';
import type { Store } from './protocol.ts';
import { isChanged } from './rows.ts';
import { ACTIVE, COMPLETED, DEAD, DELAYED, END_LEASE, WAITING } from './schema.ts';

type LeaseCalls = Pick<Store, 'extend' | 'ack' | 'retry' | 'dead' | 'saveStep' | 'saveProgress'>;

const LEASE_IS_VALID = `WHERE seq = ? AND token = ? AND state = ${ACTIVE}`;

/**
 * Creates the functions that the holder of a lease calls. They return `false` when the lease is
 * lost.
 */
export function createLeaseCalls(
  db: Native,
  { wall }: Clock,
  end: (rows: Row[]) => number,
): LeaseCalls {
  const extend = db.prepare(`UPDATE jobs SET leased_until = ? ${LEASE_IS_VALID}`);
  const complete = db.prepare(
    `UPDATE jobs SET state = ${COMPLETED}, ${END_LEASE}, run_at = ?, result = ? ${LEASE_IS_VALID} ${RETURN_ENDED}`,
  );
  const die = db.prepare(
    `UPDATE jobs SET state = ${DEAD}, ${END_LEASE}, run_at = ?, error = ? ${LEASE_IS_VALID} ${RETURN_ENDED}`,
  );
  const retry = db.prepare(
    `UPDATE jobs SET state = ?, ${END_LEASE}, run_at = ?, error = ? ${LEASE_IS_VALID}`,
  );
  const markStepped = db.prepare(`UPDATE jobs SET stepped = 1 ${LEASE_IS_VALID}`);
  const putStep = db.prepare('INSERT OR REPLACE INTO steps (seq, name, result) VALUES (?, ?, ?)');
  const saveProgress = db.prepare(`UPDATE jobs SET progress = ? ${LEASE_IS_VALID}`);

  return {
    extend: (token, milliseconds) =>
      isChanged(extend.run(wall() + milliseconds, seqOf(token), token)),
    ack: (token, result) =>
      end(complete.all(wall(), result ?? null, seqOf(token), token) as Row[]) > 0,
    retry: (token, runAt, error) =>
      isChanged(retry.run(runAt > wall() ? DELAYED : WAITING, runAt, error, seqOf(token), token)),
    // The key stays until the job is redriven or purged.
    dead: (token, reason) => die.all(wall(), reason, seqOf(token), token).length > 0,
    saveStep(token, name, result) {
      if (!isChanged(markStepped.run(seqOf(token), token))) return false;
      putStep.run(seqOf(token), name, result);
      return true;
    },
    saveProgress: (token, progress) => isChanged(saveProgress.run(progress, seqOf(token), token)),
  };
}

/** Returns the row number of a token, which is `SEQ:UUID`. */
const seqOf = (token: string): number => Number.parseInt(token, 10) || 0;

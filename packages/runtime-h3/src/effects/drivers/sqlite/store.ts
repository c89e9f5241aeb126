import type { Native, Row } from '../../../data/native-sqlite.ts';
import { createClaim } from './claim.ts';
import type { Clock } from './clock.ts';
import { createDueJobs } from './due-jobs.ts';
import { createEnd, RETURN_ENDED } from './ended-jobs.ts';
import { createEnqueue } from './enqueue.ts';
import { createLeaseCalls } from './leases.ts';
import { createJobLists } from './list-jobs.ts';
import { createPauseCalls } from './pauses.ts';
import type { Store } from './protocol.ts';
import { createToJob, isChanged } from './rows.ts';
import { CANCELLED, DEAD, DELAYED, WAITING } from './schema.ts';

/** Creates the queue over an open file. */
export function createStore(db: Native, clock: Clock): Store {
  const { wall } = clock;
  const toJob = createToJob(db);
  const end = createEnd(db, clock);
  const { updateDue, nextDue } = createDueJobs(db, clock);
  const redrive = db.prepare(
    `UPDATE jobs SET state = ${WAITING}, attempt = 0, progress = NULL, run_at = ? WHERE id = ? AND state = ${DEAD}`,
  );
  const cancel = db.prepare(
    `UPDATE jobs SET state = ${CANCELLED}, run_at = ? WHERE id = ? AND state IN (${WAITING}, ${DELAYED}) ${RETURN_ENDED}`,
  );

  return {
    enqueue: createEnqueue(db, clock),
    claim: createClaim(db, clock, updateDue, toJob),
    ...createLeaseCalls(db, clock, end),
    ...createJobLists(db, clock, toJob),
    ...createPauseCalls(db),
    redrive: (ids) => ids.filter((id) => isChanged(redrive.run(wall(), id))).length,
    cancel: (ids) => end(ids.flatMap((id) => cancel.all(wall(), id) as Row[])),
    nextDue,
  };
}

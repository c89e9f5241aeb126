import type { Native } from '../../../data/native-sqlite.ts';
import type { NewJob } from '../../../ports.ts';
import type { Clock } from './clock.ts';
import { FIND_KEY, INSERT, isValid, type KnownKey, PUT_KEY, toColumns } from './insert-job.ts';
import type { Store } from './protocol.ts';

/** Creates `enqueue` without a transaction of the app. */
export function createEnqueue(db: Native, { wall }: Clock): Store['enqueue'] {
  const findKey = db.prepare(FIND_KEY);
  const putKey = db.prepare(PUT_KEY);
  const insertJob = db.prepare(INSERT);

  const insert = (job: NewJob): string => {
    const now = wall();
    const key = job.idempotencyKey ?? null;
    if (key !== null) {
      const known = findKey.all(job.effect, key)[0] as KnownKey | undefined;
      if (known && isValid(known, now)) return known.id;
      putKey.run(job.effect, key, job.id);
    }
    insertJob.run(...toColumns(job, now));
    return job.id;
  };

  return (jobs) => jobs.map(insert);
}

import type { Native, Row } from '../../../data/native-sqlite.ts';
import type { QueueJob } from '../../../ports.ts';

/** Creates `toJob`, which turns a row into a job and reads the steps of the job. */
export function createToJob(db: Native): (row: Row) => QueueJob {
  const steps = db.prepare('SELECT name, result FROM steps WHERE seq = ?');
  return (row) => {
    const job = toJobWithoutSteps(row);
    if (row.stepped) {
      const rows = steps.all(row.seq!) as { name: string; result: string }[];
      job.steps = Object.fromEntries(rows.map(({ name, result }) => [name, result]));
    }
    return job;
  };
}

function toJobWithoutSteps(row: Row): QueueJob {
  const job = {
    id: row.id,
    effect: row.effect,
    payload: row.payload,
    attempt: row.attempt,
    priority: row.priority,
    enqueuedAt: row.enqueued_at,
    release: row.release,
  } as unknown as QueueJob;
  if (row.key !== null) job.idempotencyKey = row.key as string;
  if (row.trace !== null) job.trace = row.trace as string;
  return job;
}

/** Whether a statement changed a row. */
export const isChanged = ({ changes }: { changes: number | bigint }): boolean =>
  Number(changes) > 0;

import type { JobRecord, JobState, NewJob, QueueJob } from '../../../ports.ts';

/** A job in memory. */
export interface Entry extends NewJob {
  /** Position in the order in which the jobs came. */
  sequence: number;
  attempt: number;
  /** Epoch milliseconds. */
  enqueuedAt: number;
  state: JobState;
  /** Token of the valid lease, otherwise `''`. */
  token: string;
  /** Epoch milliseconds. */
  leasedUntil: number;
  error?: string;
  result?: string;
  progress?: number;
  steps?: Record<string, string>;
}

export function toJob(entry: Entry): QueueJob {
  const {
    id,
    effect,
    payload,
    attempt,
    priority,
    enqueuedAt,
    idempotencyKey,
    release,
    notBefore,
    trace,
    steps,
  } = entry;
  const job: QueueJob = { id, effect, payload, attempt, priority, enqueuedAt, release };
  if (idempotencyKey !== undefined) job.idempotencyKey = idempotencyKey;
  if (notBefore !== undefined) job.notBefore = notBefore;
  if (trace !== undefined) job.trace = trace;
  if (steps) job.steps = steps;
  return job;
}

export function toRecord(entry: Entry): JobRecord {
  const { state, runAt, error, result, progress } = entry;
  const record: JobRecord = { ...toJob(entry), state, runAt };
  if (error !== undefined) record.error = error;
  if (result !== undefined) record.result = result;
  if (progress !== undefined) record.progress = progress;
  return record;
}

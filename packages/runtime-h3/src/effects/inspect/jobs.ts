import { GatiError } from '@gati/contract';
import type { JobFilter, JobRecord, JobState, QueueDriver, QueueStats } from '../../ports.ts';

/** All states of a job, in the order of its life. */
export const JOB_STATES: readonly JobState[] = [
  'waiting',
  'delayed',
  'active',
  'completed',
  'dead',
  'cancelled',
];

/** Part of a list of jobs. `next` is the cursor of the next part; absent at the end. */
export interface JobPage {
  jobs: JobRecord[];
  next?: string;
}

/**
 * Lists jobs.
 *
 * @throws {GatiError} GATI_EFFECTS_LOOK when the service can't list its jobs
 */
export async function listJobs(queue: QueueDriver, filter: JobFilter): Promise<JobPage> {
  if (!queue.list) throw unsupportedError('list jobs', await queue.stats());
  return queue.list(filter);
}

/**
 * Finds a job by its id.
 *
 * @throws {GatiError} GATI_EFFECT_JOB when the queue has no such job, GATI_EFFECTS_LOOK when the
 * service can't list its jobs
 */
export async function findJob(queue: QueueDriver, id: string): Promise<JobRecord> {
  const { jobs } = await listJobs(queue, { ids: [id], limit: 1 });
  if (jobs[0]) return jobs[0];
  throw new GatiError({
    code: 'GATI_EFFECT_JOB',
    message: `There is no job ${id} in this queue.`,
    fix: '`effects list` shows the ids. Ended jobs are removed after some time.',
  });
}

/**
 * Cancels jobs that are waiting or delayed. Resolves to their number.
 *
 * @throws {GatiError} GATI_EFFECTS_LOOK when the service can't cancel jobs
 */
export async function cancelJobs(queue: QueueDriver, ids: string[]): Promise<number> {
  if (!queue.cancel) throw unsupportedError('cancel jobs');
  return queue.cancel(ids);
}

/** Whether the job ended without an error, even if an earlier attempt failed. */
export const isOver = ({ state }: JobRecord): boolean =>
  state === 'completed' || state === 'cancelled';

/** Returns why a job is dead, or why it is being retried; `undefined` if it is neither. */
export const reasonOf = (job: JobRecord): string | undefined =>
  isOver(job) ? undefined : (job.error ?? damageOf(job));

/** A damaged payload is found only when the job is claimed. */
const damageOf = ({ payload }: JobRecord): string | undefined =>
  isJson(payload) ? undefined : 'The job is damaged in the queue: its payload is not JSON.';

/** Returns the value of a JSON text, or the text if it is damaged. */
export function parseJson(text: string): unknown {
  return isJson(text) ? JSON.parse(text) : text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Prints the number of jobs in each state: `2 waiting, 0 delayed, …`. */
export const printCounts = (stats: QueueStats): string =>
  Object.entries(stats)
    .map(([state, number]) => `${number} ${state}`)
    .join(', ');

/** Returns the error for a call that the service of a queue does not have. */
export function unsupportedError(action: string, stats?: QueueStats): GatiError {
  return new GatiError({
    code: 'GATI_EFFECTS_LOOK',
    message: `This queue can't ${action}: its service has no such call.${stats ? ` It counts ${printCounts(stats)}.` : ''}`,
    fix: 'Use the tools of the service, or a queue in SQLite, PostgreSQL or Redis. `effects retry` and `effects redrive` work here too.',
  });
}

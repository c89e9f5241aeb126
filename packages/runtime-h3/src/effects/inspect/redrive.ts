import type { QueueDriver } from '../../ports.ts';
import { type DeadFilter, listDeadJobs } from './dead-groups.ts';
import { listJobs } from './jobs.ts';

/** Jobs that one call redrives. */
const PAGE = 500;

/** Redrives all dead letters, or those of some effects. Resolves to their number. */
export async function redriveAll(queue: QueueDriver, effects?: string[]): Promise<number> {
  if (queue.redriveAll) return queue.redriveAll(effects);
  let redriven = 0;
  // A job that fails again in the meantime is listed again. Each job is redriven once.
  const seen = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const page = await listJobs(queue, {
      states: ['dead'],
      ...(effects && { effects }),
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    const ids = page.jobs.map(({ id }) => id).filter((id) => !seen.has(id));
    for (const id of ids) seen.add(id);
    if (ids.length > 0) redriven += await queue.redrive(ids);
    cursor = page.next;
    if (cursor === undefined) return redriven;
  }
}

/** State of a redrive in stages. */
export interface RedriveProgress {
  /** Jobs that matched at the start. */
  total: number;
  /** Number of jobs that are due again so far. */
  redriven: number;
  /** Jobs of the stages before the last one that completed. */
  completed: number;
  /** Job whose run failed again, which stopped the redrive. */
  failedJob?: string;
}

export interface StagedRedriveOptions extends DeadFilter {
  /** Ids instead of a filter. */
  ids?: string[];
  /** Ends the redrive before its next stage. */
  signal?: AbortSignal;
  onProgress?: (progress: RedriveProgress) => void;
  /** Milliseconds between two checks of the jobs of a stage; 250 by default. */
  interval?: number;
}

/** Jobs of the stages before all that are left. */
const STAGES = [1, 10];

/**
 * Redrives dead letters in stages: one job, then ten, then all others. A stage begins when every job
 * of the stage before has completed. The redrive stops at the first attempt that fails.
 *
 * @throws {GatiError} GATI_EFFECTS_LOOK when the service can't list its jobs
 */
export async function redriveInStages(
  queue: QueueDriver,
  { ids, signal, onProgress = () => {}, interval = 250, ...filter }: StagedRedriveOptions,
): Promise<RedriveProgress> {
  const all = ids ?? (await listDeadJobs(queue, filter)).jobs.map(({ id }) => id);
  const progress: RedriveProgress = { total: all.length, redriven: 0, completed: 0 };
  onProgress(progress);
  let start = 0;
  for (const size of [...STAGES, Infinity]) {
    const stage = all.slice(start, start + size);
    if (stage.length === 0 || signal?.aborted) break;
    start += stage.length;
    for (let at = 0; at < stage.length; at += PAGE) {
      progress.redriven += await queue.redrive(stage.slice(at, at + PAGE));
      onProgress(progress);
    }
    if (size === Infinity) break;
    const failed = await waitForRuns(queue, stage, interval, signal);
    if (failed !== undefined) progress.failedJob = failed;
    else if (!signal?.aborted) progress.completed += stage.length;
    onProgress(progress);
    if (failed !== undefined) break;
  }
  return progress;
}

/**
 * Resolves to the id of a job whose attempt failed, or to `undefined` when all jobs have ended
 * without a failure.
 */
async function waitForRuns(
  queue: QueueDriver,
  ids: string[],
  interval: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  for (;;) {
    if (signal?.aborted) return undefined;
    const { jobs } = await listJobs(queue, { ids, limit: ids.length });
    // A redriven job starts at attempt 0, so the attempt of a job that waits again has failed.
    const failed = jobs.find(
      ({ state, attempt }) =>
        state === 'dead' ||
        ((state === 'waiting' || state === 'delayed') && attempt > 0) ||
        (state === 'active' && attempt > 1),
    );
    if (failed) return failed.id;
    if (jobs.every(({ state }) => state === 'completed' || state === 'cancelled')) return undefined;
    await pause(interval, signal);
  }
}

const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done, { once: true });
  });

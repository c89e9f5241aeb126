import { createHash } from 'node:crypto';
import type { JobRecord, QueueDriver } from '../../ports.ts';
import { listJobs, reasonOf } from './jobs.ts';

/** Maximum number of dead letters that one call groups. */
const MAX_GROUPED = 5000;
/** Jobs that one call lists. */
const PAGE = 500;
/** Maximum number of characters of a cause. */
const MAX_CAUSE = 300;

/** Dead letters with the same cause, in any effect. */
export interface DeadGroup {
  /** Stable hash of the cause. */
  id: string;
  /** First line of the error, with `…` in place of numbers, ids and quoted values. */
  cause: string;
  /** Error of the newest job. */
  example: string;
  count: number;
  /** Number of jobs by effect. */
  effects: Record<string, number>;
  /** Number of jobs by the release that enqueued them. */
  releases: Record<string, number>;
  /** Epoch milliseconds of the first and the last failure. */
  first: number;
  last: number;
  /** Newest job. */
  lastJob: string;
}

export interface DeadFilter {
  effects?: string[];
  /** Id of a {@link DeadGroup}. */
  cause?: string;
}

/**
 * Groups dead letters by their cause, the largest group first.
 *
 * @throws {GatiError} GATI_EFFECTS_LOOK when the service can't list its jobs
 * @returns `isCut`: there are more than 5,000, and only the newest are grouped
 */
export async function groupDeadJobs(
  queue: QueueDriver,
  filter: Pick<DeadFilter, 'effects'> = {},
): Promise<{ groups: DeadGroup[]; isCut: boolean }> {
  const groups = new Map<string, DeadGroup>();
  const { jobs, isCut } = await listDeadJobs(queue, filter);
  for (const job of jobs) {
    const error = reasonOf(job) ?? '';
    const { id, cause } = causeOf(error);
    const { effect, release, runAt } = job;
    let group = groups.get(id);
    if (!group) {
      const times = { first: runAt, last: runAt };
      group = {
        id,
        cause,
        example: error,
        count: 0,
        effects: {},
        releases: {},
        ...times,
        lastJob: job.id,
      };
      groups.set(id, group);
    }
    group.count++;
    group.effects[effect] = (group.effects[effect] ?? 0) + 1;
    group.releases[release] = (group.releases[release] ?? 0) + 1;
    group.first = Math.min(group.first, runAt);
    group.last = Math.max(group.last, runAt);
  }
  return { groups: [...groups.values()].sort((a, b) => b.count - a.count), isCut };
}

/**
 * Lists the newest dead letters that match, at most 5,000.
 *
 * @throws {GatiError} GATI_EFFECTS_LOOK when the service can't list its jobs
 */
export async function listDeadJobs(
  queue: QueueDriver,
  { effects, cause }: DeadFilter = {},
): Promise<{ jobs: JobRecord[]; isCut: boolean }> {
  const found: JobRecord[] = [];
  let listed = 0;
  let cursor: string | undefined;
  do {
    const page = await listJobs(queue, {
      states: ['dead'],
      ...(effects && { effects }),
      limit: PAGE,
      newestFirst: true,
      ...(cursor !== undefined && { cursor }),
    });
    listed += page.jobs.length;
    for (const job of page.jobs)
      if (cause === undefined || causeOf(reasonOf(job) ?? '').id === cause) found.push(job);
    cursor = page.next;
  } while (cursor !== undefined && listed < MAX_GROUPED);
  return { jobs: found, isCut: cursor !== undefined };
}

/** Returns the cause of an error: its first line without the values that differ by job. */
export function causeOf(error: string): { id: string; cause: string } {
  const line = error.slice(0, 2000).split('\n', 1)[0]!;
  const cause = line
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/[\w-]+/g, (word) => (/\d/.test(word) ? '…' : word))
    .replace(/…(?:[.:/]…)+/g, '…')
    .slice(0, MAX_CAUSE);
  return { id: createHash('sha256').update(cause).digest('hex').slice(0, 16), cause };
}

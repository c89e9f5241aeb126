import type { JobFilter, JobRecord, JobState, QueueStats } from '../../../ports.ts';
import { type Entry, toRecord } from './entry.ts';

const ENDED: ReadonlySet<JobState> = new Set<JobState>(['completed', 'dead', 'cancelled']);

/** Returns one page of the jobs that match. `jobs` are in the order in which they came. */
export function listJobs(
  jobs: Iterable<Entry>,
  { limit, cursor, newestFirst = false, ...filter }: JobFilter,
): { jobs: JobRecord[]; next?: string } {
  const isAfter = ({ sequence }: Entry): boolean =>
    cursor === undefined || (newestFirst ? sequence < Number(cursor) : sequence > Number(cursor));
  const page: Entry[] = [];
  for (const entry of newestFirst ? [...jobs].reverse() : jobs) {
    if (!isAfter(entry) || !matches(entry, filter)) continue;
    if (page.length === limit)
      return { jobs: page.map(toRecord), next: String(page.at(-1)!.sequence) };
    page.push(entry);
  }
  return { jobs: page.map(toRecord) };
}

/** Returns the ended and dead jobs that match. */
export function purgeableJobs(
  jobs: Iterable<Entry>,
  filter: Omit<JobFilter, 'limit' | 'cursor'>,
): Entry[] {
  return [...jobs].filter((entry) => ENDED.has(entry.state) && matches(entry, filter));
}

export function countJobs(jobs: Iterable<Entry>): QueueStats {
  const counts: QueueStats = { waiting: 0, delayed: 0, active: 0, dead: 0 };
  for (const { state } of jobs) if (state in counts) counts[state as keyof QueueStats]++;
  return counts;
}

function matches(
  { id, effect, state }: Entry,
  { ids, effects, states }: Omit<JobFilter, 'limit' | 'cursor'>,
): boolean {
  return (
    (!ids || ids.includes(id)) &&
    (!effects || effects.includes(effect)) &&
    (!states || states.includes(state))
  );
}

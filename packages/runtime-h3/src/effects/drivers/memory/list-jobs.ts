import type { JobFilter, JobRecord, JobState, QueueDriver, QueueStats } from '../../../ports.ts';
import { type Entry, toRecord } from './entry.ts';
import type { JobTable } from './job-table.ts';

type JobLists = Required<Pick<QueueDriver, 'list' | 'cancel' | 'redrive' | 'purge' | 'stats'>>;

const ENDED: ReadonlySet<JobState> = new Set<JobState>(['completed', 'dead', 'cancelled']);

/**
 * Creates the calls that list and change jobs from outside, which are rare.
 *
 * @param now returns epoch milliseconds
 * @param onReady called when a job may have become due
 */
export function createJobLists(table: JobTable, now: () => number, onReady: () => void): JobLists {
  const { jobs, keys } = table;
  const find = (ids: string[], isWanted: (entry: Entry) => boolean): Entry[] =>
    ids.flatMap((id) => jobs.get(id) ?? []).filter(isWanted);

  return {
    async redrive(ids) {
      const dead = find(ids, ({ state }) => state === 'dead');
      for (const entry of dead) {
        entry.attempt = 0;
        delete entry.progress;
        table.place(entry, now());
      }
      onReady();
      return dead.length;
    },

    async cancel(ids) {
      const found = find(ids, ({ state }) => state === 'waiting' || state === 'delayed');
      for (const entry of found) table.end(entry, 'cancelled');
      return found.length;
    },

    async purge(filter) {
      const purged = purgeableJobs(jobs.values(), filter);
      for (const entry of purged) {
        jobs.delete(entry.id);
        keys.purge(entry);
      }
      return purged.length;
    },

    async list(filter) {
      table.updateDue();
      return listJobs(jobs.values(), filter);
    },

    async stats() {
      table.updateDue();
      return countJobs(jobs.values());
    },
  };
}

/** Returns one page of the jobs that match. `jobs` are in the order in which they came. */
function listJobs(
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
function purgeableJobs(
  jobs: Iterable<Entry>,
  filter: Omit<JobFilter, 'limit' | 'cursor'>,
): Entry[] {
  return [...jobs].filter((entry) => ENDED.has(entry.state) && matches(entry, filter));
}

function countJobs(jobs: Iterable<Entry>): QueueStats {
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

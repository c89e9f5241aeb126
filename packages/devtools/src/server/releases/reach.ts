import {
  indexReleases,
  isOver,
  isRunnable,
  type MissingPolicy,
  parseSemver,
  parseVersionRequest,
  resolveVersion,
} from '@gati/contract';
import { listJobs, type QueueDriver } from '@gati/runtime-h3/effects/inspect';
import {
  statusOf,
  type StoredRelease,
  type StoreHead,
  toReleaseInfo,
} from '@gati/runtime-h3/releases';
import type {
  AskForecast,
  AskOutcome,
  Caller,
  CallerForecast,
  JobForecast,
} from '../../api/releases.ts';

/** Maximum number of jobs that are counted. */
const MAX_JOBS = 2000;

/** Two heads of a store, and the facts that decide which release responds. */
export interface HeadChange {
  releases: readonly StoredRelease[];
  before: StoreHead;
  after: StoreHead;
  missing: MissingPolicy;
  /** Epoch milliseconds. */
  now: number;
}

/**
 * Predicts what each kind of request gets before and after a change, by the resolver of the servers:
 * requests without a version, with each version, and with each range that names a major or a minor
 * version. Retired releases count as gone: the prediction does not know the migrations.
 */
export function predictAsks(change: HeadChange): AskForecast[] {
  const { before, after, releases } = change;
  const served = releases.filter(({ version }) =>
    [before, after].some((head) => statusOf(head, version) !== 'staged'),
  );
  const versions = served.map(({ version }) => version);
  const majors = versions.map((version) => `^${parseSemver(version)!.major}`);
  return ['', ...new Set([...majors, ...versions])].map((ask) => ({
    ask,
    before: resolveAsk(ask, before, change),
    after: resolveAsk(ask, after, change),
  }));
}

/** Predicts what the requests of each caller get before and after a change. */
export const predictCallers = (callers: readonly Caller[], change: HeadChange): CallerForecast[] =>
  callers.map((caller) => ({
    caller,
    before: resolveAsk(caller.asked, change.before, change),
    after: resolveAsk(caller.asked, change.after, change),
  }));

/** Resolves a requested version as the servers do. Empty: none is requested. */
export function resolveAsk(
  ask: string,
  head: StoreHead,
  { releases, missing, now }: Pick<HeadChange, 'releases' | 'missing' | 'now'>,
): AskOutcome {
  const known = releases.map((release) => toReleaseInfo(release, head));
  const current = known.find(({ version }) => version === head.current);
  const found = resolveVersion(
    indexReleases(known.filter(({ status }) => status !== 'staged')),
    parseVersionRequest(ask === '' ? undefined : ask, now),
    current ? { missing, current } : { missing },
  );
  return { status: found.status, ...(found.status === 200 && { version: found.release.version }) };
}

/**
 * Predicts the outcome of the waiting jobs. A job runs on the release that enqueued it while that
 * release is served, otherwise on the current one.
 *
 * @param currentEffects effects of the release that becomes current; `undefined` if not known
 */
export async function predictJobs(
  queue: QueueDriver,
  after: StoreHead,
  currentEffects: readonly string[] | undefined,
): Promise<JobForecast[]> {
  const { jobs } = await listJobs(queue, {
    states: ['waiting', 'delayed', 'active'],
    limit: MAX_JOBS,
  });
  const groups = new Map<string, JobForecast>();
  for (const { effect, release } of jobs) {
    const key = `${release} ${effect}`;
    let group = groups.get(key);
    if (!group) {
      const status = statusOf(after, release);
      // Development enqueues jobs with the version of the sources. The store need not have that
      // version.
      const isServed = isRunnable(status) || !(isOver(status) || release in after.marks);
      const outcome = isServed
        ? 'runs'
        : currentEffects?.includes(effect) === false
          ? 'dies'
          : 'moves';
      groups.set(key, (group = { effect, release, count: 0, outcome }));
    }
    group.count++;
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

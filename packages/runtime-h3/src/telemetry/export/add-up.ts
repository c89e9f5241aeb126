import { getOrCreate } from '../../collections/get-or-create.ts';
import type { LimitMetrics } from '../record/limit-counts.ts';
import { bucketOf, type Exemplar, type RouteMetric } from '../record/route-stats.ts';
import type {
  DatabaseMigrationMetric,
  DropMetric,
  EnqueueMetric,
  MigrationMetric,
  RunMetric,
  SocketMetric,
  WorkerMetrics,
} from './server-metrics.ts';

/**
 * Maximum number of series of ended processes. A server that is updated for years has many
 * versions.
 */
const MAX_SERIES = 5000;

/**
 * Adds up the counts of processes that ended, so that no counter of the server falls when a worker
 * is replaced. Leaves out values that only a running process has.
 */
export function addUpEnded(ended: readonly WorkerMetrics[]): WorkerMetrics {
  return {
    inflight: 0,
    routes: addUpRoutes(ended.flatMap(({ routes }) => routes)).slice(-MAX_SERIES),
    limits: addUpLimits(ended.map(({ limits }) => limits)),
    sockets: addUpSockets(ended.flatMap(({ sockets = [] }) => sockets))
      .slice(-MAX_SERIES)
      .map((socket) => ({ ...socket, open: 0 })),
    runs: addUpRuns(ended.flatMap(({ runs = [] }) => runs)).slice(-MAX_SERIES),
    enqueued: addUpEnqueued(ended.flatMap(({ enqueued = [] }) => enqueued)),
    migrations: addUpMigrations(ended.flatMap(({ migrations = [] }) => migrations)),
    databaseMigrations: addUpDatabaseMigrations(
      ended.flatMap(({ databaseMigrations = [] }) => databaseMigrations),
    ),
    drops: addUpDrops(ended.flatMap(({ drops = [] }) => drops)),
  };
}

/** Adds up the metrics of the same method, route, version and status. */
export function addUpRoutes(metrics: readonly RouteMetric[]): RouteMetric[] {
  return group(
    metrics,
    ({ method, route, version, status }) => [method, route, version, status],
    (sum, metric) => {
      addDurations(sum, metric);
      const exemplars = [...(sum.exemplars ?? []), ...(metric.exemplars ?? [])];
      if (exemplars.length > 0) sum.exemplars = latest(exemplars);
    },
  );
}

export function addUpSockets(metrics: readonly SocketMetric[]): SocketMetric[] {
  return group(
    metrics,
    ({ route, version }) => [route, version],
    (sum, metric) => {
      sum.open += metric.open;
      addDurations(sum, metric);
    },
  );
}

export function addUpRuns(metrics: readonly RunMetric[]): RunMetric[] {
  return group(
    metrics,
    ({ effect, version, outcome }) => [effect, version, outcome],
    (sum, metric) => addDurations(sum, metric),
  );
}

export function addUpEnqueued(metrics: readonly EnqueueMetric[]): EnqueueMetric[] {
  return group(
    metrics,
    ({ effect }) => [effect],
    (sum, { count }) => {
      sum.count += count;
    },
  );
}

export function addUpMigrations(metrics: readonly MigrationMetric[]): MigrationMetric[] {
  return group(
    metrics,
    ({ from, to }) => [from, to],
    (sum, { count }) => {
      sum.count += count;
    },
  );
}

export function addUpDatabaseMigrations(
  metrics: readonly DatabaseMigrationMetric[],
): DatabaseMigrationMetric[] {
  return group(
    metrics,
    ({ name }) => [name],
    (sum, { count }) => {
      sum.count += count;
    },
  );
}

export function addUpDrops(drops: readonly DropMetric[]): DropMetric[] {
  return group(
    drops,
    ({ signal, reason }) => [signal, reason],
    (sum, { records }) => {
      sum.records += records;
    },
  );
}

export function addUpLimits(all: readonly LimitMetrics[]): LimitMetrics {
  const sums: Record<string, number> = {};
  for (const limits of all)
    for (const [limit, count] of Object.entries(limits)) sums[limit] = (sums[limit] ?? 0) + count;
  return sums;
}

/** Adds the items with the same key to a copy of their first one. */
function group<Item extends object>(
  items: readonly Item[],
  keyOf: (item: Item) => string[],
  add: (sum: Item, item: Item) => void,
): Item[] {
  const sums = new Map<string, Item>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, structuredClone(item));
    else add(sum, item);
  }
  return [...sums.values()];
}

interface Durations {
  count: number;
  sum: number;
  buckets: number[];
}

function addDurations(sum: Durations, { count, sum: us, buckets }: Durations): void {
  sum.count += count;
  sum.sum += us;
  for (const [index, each] of buckets.entries())
    sum.buckets[index] = (sum.buckets[index] ?? 0) + each;
}

/** Returns the latest exemplar of each bucket. */
function latest(exemplars: readonly Exemplar[]): Exemplar[] {
  const byBucket = new Map<number, Exemplar>();
  for (const exemplar of exemplars) {
    const known = getOrCreate(byBucket, bucketOf(exemplar.us), () => exemplar);
    if (exemplar.time > known.time) byBucket.set(bucketOf(exemplar.us), exemplar);
  }
  return [...byBucket.values()];
}

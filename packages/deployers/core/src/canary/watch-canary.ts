import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import type { Cause } from '../cause/causes.ts';
import { findCauses } from '../cause/find-causes.ts';
import { type Pod, readSnapshot } from '../cause/snapshot.ts';
import type { Cluster } from '../kube/cluster.ts';
import { LABELS } from '../objects/labels.ts';
import type { WatchStep } from '../plan/plan.ts';
import type { RolloutFailure } from '../rollout/wait-ready.ts';
import type { Comparison, Worse } from './comparison.ts';
import { parseMetrics, type PodMetrics } from './parse-metrics.ts';
import { readSample } from './read-sample.ts';

export interface WatchOptions {
  /** Milliseconds between two reads of the metrics. */
  watchInterval?: number;
  /** Called before each read. Renews a lease, or throws to stop. */
  beforeLook?(): Promise<void>;
  /** Called at the end, with the requests that the new release has served so far. */
  onWatched?(requests: number): void;
}

const INTERVAL = 3000;
/** Reads in a row without a ready pod, after which a release has failed. */
const UNREADY = 5;
const METRICS_LIMIT = 32 * 1_048_576;

/**
 * Watches a new release and the old one for a time.
 *
 * @throws {GatiError} GATI_DEPLOY_ROLLOUT when a route of the new release is worse, when its server
 *   ends, when none of its pods is ready, or when the metrics can't be read. Its `cause` is a {@link RolloutFailure}.
 */
export async function watchCanary(
  cluster: Cluster,
  step: WatchStep,
  {
    comparison,
    watchInterval = INTERVAL,
    beforeLook,
    onWatched,
  }: WatchOptions & { comparison: Comparison },
): Promise<void> {
  const ends = performance.now() + step.duration;
  let unready = 0;
  for (;;) {
    await beforeLook?.();
    const [old, next] = await Promise.all([
      readPods(cluster, step, step.before),
      readPods(cluster, step, step.revision),
    ]);
    await assertAlive(cluster, step, next);
    const [before, after] = await Promise.all([
      readMetrics(cluster, step, old),
      readMetrics(cluster, step, next),
    ]);
    const [worst] = comparison.add(before, after);
    if (worst) throw await worseError(cluster, step, next, worst);
    unready = after.size === 0 ? unready + 1 : 0;
    if (unready >= UNREADY) throw unreadyError(step);
    const left = ends - performance.now();
    if (left <= 0 && unready === 0) return onWatched?.(comparison.requests);
    await sleep(left > 0 ? Math.min(watchInterval, left + 1) : watchInterval);
  }
}

async function readPods(
  cluster: Cluster,
  { namespace }: WatchStep,
  revision: string,
): Promise<Pod[]> {
  const labelSelector = `${LABELS.revision}=${revision},${LABELS.role}!=worker`;
  const pods = (await cluster.list(`api/v1/namespaces/${namespace}/pods`, {
    labelSelector,
  })) as Pod[];
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** The metrics of a server end with it. */
async function assertAlive(cluster: Cluster, step: WatchStep, pods: Pod[]): Promise<void> {
  const ended = pods.find(({ status }) =>
    status?.containerStatuses?.some(({ restartCount }) => restartCount > 0),
  );
  if (!ended) return;
  const { labels = {}, ownerReferences = [] } = ended.metadata;
  const owner = ownerReferences[0]?.name ?? '';
  const [cause] = findCauses(
    await readSnapshot(cluster, step.namespace, {
      deployment: owner.slice(0, owner.lastIndexOf('-')),
      role: labels[LABELS.role] ?? '',
      revision: step.revision,
    }),
  );
  const object = `Pod ${ended.metadata.name}`;
  throw canaryError(
    cause ?? { code: 'crash', object, why: 'the server ended and started again', fix: READ_LOG },
    [],
  );
}

function unreadyError({ revision, namespace }: WatchStep): GatiError {
  return canaryError(
    {
      code: 'probe-failing',
      object: `Revision ${revision}`,
      why: `none of its pods in ${namespace} is ready any more`,
      fix: READ_LOG,
    },
    [],
  );
}

const READ_LOG = 'Read its log: `gati-deploy logs --previous`.';

async function readMetrics(
  cluster: Cluster,
  { namespace }: WatchStep,
  pods: Pod[],
): Promise<Map<string, PodMetrics>> {
  const ready = pods.filter(({ status }) => status?.containerStatuses?.every((each) => each.ready));
  const all = await Promise.all(
    ready.map(async ({ metadata: { name } }) => {
      const path = `api/v1/namespaces/${namespace}/pods/${name}:3000/proxy/metrics`;
      const text = await cluster.text(path, {}, METRICS_LIMIT);
      return text === undefined ? undefined : ([name, parseMetrics(text)] as const);
    }),
  );
  const found = all.flatMap((each) => (each ? [each] : []));
  if (ready.length > 0 && found.length === 0)
    throw new GatiError({
      code: 'GATI_DEPLOY_ROLLOUT',
      message: `The metrics of ${ready[0]!.metadata.name} can't be read, so its release can't be watched.`,
      fix: 'Grant `get` on `pods/proxy`, and leave /metrics on the port of the app, or remove `rollout.canary`.',
    });
  return new Map(found);
}

async function worseError(
  cluster: Cluster,
  step: WatchStep,
  pods: Pod[],
  worse: Worse,
): Promise<GatiError> {
  const names = pods.map(({ metadata }) => metadata.name);
  const { trace, lines } = await readSample(cluster, step.namespace, names, worse);
  const cause: Cause = {
    code: 'canary',
    object: worse.route,
    why: `${describe(worse)}${trace === undefined ? '' : `; trace ${trace}`}`,
    fix: 'Correct the route and deploy again. The log lines below are those of one such request.',
  };
  return canaryError(cause, lines);
}

function describe({ kind, old, next, slowerThan }: Worse): string {
  const share = ({ bad, requests }: Worse['old']): string =>
    `${bad} of ${requests} requests (${((100 * bad) / Math.max(1, requests)).toFixed(1)} %)`;
  const what =
    kind === 'slow' ? `took more than ${Math.round(slowerThan! * 1000)} ms` : `responded ${kind}`;
  return `${share(next)} ${what}, and ${share(old)} of the old release`;
}

function canaryError(cause: Cause, logs: string[]): GatiError {
  const failure: RolloutFailure = { causes: [{ ...cause, logs }], ready: 0, replicas: 0 };
  return new GatiError(
    {
      code: 'GATI_DEPLOY_ROLLOUT',
      message: `The new release is worse than the old one. ${cause.object}: ${cause.why}.`,
      fix: cause.fix,
    },
    { cause: failure },
  );
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Lease } from '../apply/lease.ts';
import type { KubeObject } from '../kube/cluster.ts';
import { kubeError } from '../kube/errors.ts';
import { pathOf } from '../kube/kinds.ts';
import { LABELS } from '../objects/labels.ts';
import { setId } from '../objects/identity.ts';
import { toRequest } from '../plan/plan.ts';
import type { Deployed } from './read-deployed.ts';

/** Returns the objects that deploys of an app created, except the Secret with its accounts. */
export function ownObjects({ state, target }: Pick<Deployed, 'state' | 'target'>): KubeObject[] {
  return state.objects.filter(
    ({ kind, metadata: { labels = {} } }) =>
      kind !== 'Secret' &&
      [labels[LABELS.partOf], labels['applyset.kubernetes.io/id']].includes(setId(target)),
  );
}

/** Paths of the objects that run pods, and that people or other tools write. */
const WORKLOADS = [
  'apis/apps/v1/deployments',
  'apis/apps/v1/statefulsets',
  'apis/apps/v1/daemonsets',
  'apis/batch/v1/cronjobs',
] as const;
/**
 * Namespaces of Kubernetes itself and those that GKE adds.
 *
 * @see https://docs.cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed
 */
const OF_CLUSTER = /^(?:kube-.*|gke-managed-.*|(?:gke-)?gmp-system|gmp-public)$/;

/**
 * Returns the other workloads of a cluster, as `NAMESPACE/NAME`: other apps, other environments of
 * this app, and workloads of other tools.
 */
export async function findOthers({
  cluster,
  target,
}: Pick<Deployed, 'cluster' | 'target'>): Promise<string[]> {
  const isOwn = ({ metadata: { namespace, labels = {} } }: KubeObject): boolean =>
    namespace === target.namespace && labels[LABELS.partOf] === setId(target);
  const isOther = (each: KubeObject): boolean =>
    !isOwn(each) && !OF_CLUSTER.test(each.metadata.namespace ?? '');
  const lists = await Promise.all(
    WORKLOADS.map((path) => cluster.list(path, {}, { keep: isOther })),
  );
  return lists.flat().map(({ metadata: { name, namespace } }) => `${namespace}/${name}`);
}

/** Removes objects of an app. */
export async function removeObjects(
  { cluster, target }: Pick<Deployed, 'cluster' | 'target'>,
  own: KubeObject[],
): Promise<void> {
  const lease = await Lease.acquire(cluster, target);
  try {
    // The set is last, so that the next run after an interrupted one finds the other objects by it.
    const ordered = [...own].sort(
      (a, b) => Number(a.kind === 'ConfigMap') - Number(b.kind === 'ConfigMap'),
    );
    for (const { kind, metadata } of ordered) {
      await lease.hold();
      const request = toRequest({
        kind: 'delete',
        reason: 'destroy',
        object: { kind, name: metadata.name, namespace: target.namespace },
        uid: metadata.uid!,
      })!;
      const { status, value } = await cluster.request(request);
      if (status >= 300 && status !== 404)
        throw kubeError(`Can't delete ${kind} ${metadata.name}`, status, value);
    }
  } finally {
    await lease.release();
  }
}

/** Milliseconds in which a cloud removes a load balancer. */
const BALANCER_LIMIT = 300_000;

/**
 * Waits until the Services are removed. A Service with a load balancer stays until the cloud has
 * removed the balancer. If the cluster were removed first, the balancer would stay.
 */
export async function waitForServices(
  { cluster }: Pick<Deployed, 'cluster'>,
  own: KubeObject[],
  interval = 2000,
): Promise<void> {
  const deadline = performance.now() + BALANCER_LIMIT;
  for (const { kind, metadata } of own.filter((object) => object.kind === 'Service'))
    while (await cluster.get(pathOf({ kind, metadata }))) {
      if (performance.now() > deadline)
        throw kubeError(
          `The load balancer of the Service ${metadata.name} is not removed`,
          504,
          {},
        );
      await sleep(interval);
    }
}

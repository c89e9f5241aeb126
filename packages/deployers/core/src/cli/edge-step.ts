import type { CloudSession, Resource } from '../cloud/port.ts';
import { advanceResources, type Pending } from '../cloud/reconcile.ts';
import { isObject } from '@gati/contract/data';
import type { Cluster } from '../kube/cluster.ts';
import type { Target } from '../objects/target.ts';
import { verifyAddress } from '../rollout/verify.ts';
import { cloudProgress } from './cloud-step.ts';
import type { Call } from './command.ts';

/**
 * Milliseconds for the last check. Slower changes, such as those of DNS, are left to the next run.
 */
const SETTLE = 3000;

/** Returns the resources of the edge. */
export function edgeResources(
  session: CloudSession,
  { cluster, target }: { cluster: Cluster; target: Target },
): Resource[] {
  const origin = (): Promise<string | undefined> => readOrigin(cluster, target);
  return session
    .resources({ createCluster: false, origin })
    .filter(({ service }) => service === 'assets' || service === 'edge');
}

/** Returns the host name that the load balancer of an app has. */
async function readOrigin(
  cluster: Cluster,
  { app, namespace }: Target,
): Promise<string | undefined> {
  const service = await cluster.get(`api/v1/namespaces/${namespace}/services/${app}`);
  const status = service?.['status'];
  const balancer = isObject(status) ? status['loadBalancer'] : undefined;
  const ingress = isObject(balancer) ? balancer['ingress'] : undefined;
  const first: unknown = Array.isArray(ingress) ? ingress[0] : undefined;
  const hostname = isObject(first) ? first['hostname'] : undefined;
  return typeof hostname === 'string' && hostname !== '' ? hostname : undefined;
}

/** Whether all resources of the edge are ready. */
export async function isEdgeReady(resources: Resource[]): Promise<boolean> {
  for (const resource of resources) if ((await resource.find())?.state !== 'ready') return false;
  return true;
}

/**
 * Creates the missing parts of certificate, CDN and DNS, and checks the release at `url`. Does not
 * wait for them. Returns the reason why the release is not reachable at `url` yet.
 */
export async function edgeStep(
  call: Call,
  resources: Resource[],
  { url, release }: { url: string; release: string | undefined },
): Promise<Pending | undefined> {
  return await call.reporter.step(
    'edge',
    async () => {
      const pending = await advanceResources(resources, cloudProgress(call));
      if (pending !== undefined || release === undefined) return pending;
      const why = await verifyAddress(url, release, { settle: SETTLE });
      return why === undefined ? undefined : { resource: url, why };
    },
    (pending) => (pending === undefined ? url : `pending: ${pending.resource}: ${pending.why}`),
  );
}

import type { CloudSession, Resource } from '../cloud/port.ts';
import { advanceResources, type Pending } from '../cloud/reconcile.ts';
import { isObject } from '@gati/contract/data';
import { describeStep } from '../apply/apply-plan.ts';
import { Lease } from '../apply/lease.ts';
import type { Cluster, KubeObject } from '../kube/cluster.ts';
import type { Target } from '../objects/target.ts';
import type { LiveState } from '../plan/live-state.ts';
import { planBalancer } from '../plan/plan-balancer.ts';
import { toRequest } from '../plan/plan.ts';
import { verifyAddress } from '../rollout/verify.ts';
import { cloudProgress } from './cloud-step.ts';
import type { Call } from './command.ts';
import type { Destination } from './deploy-step.ts';

/**
 * Milliseconds for the last check. Slower changes, such as those of DNS, are left to the next run.
 */
const SETTLE = 3000;

/** Returns the resources of the edge; none if the settings have no edge. */
export async function edgeResources(
  session: CloudSession,
  { cluster, target }: Destination,
): Promise<Resource[]> {
  if (target.settings.cloud?.edge !== true) return [];
  // A listener that this command adds takes some time to work.
  const wasSecure = hasHttpsPort(await readService(cluster, target));
  const origin = async (): Promise<string | undefined> =>
    hostnameOf(await readService(cluster, target));
  return session
    .resources({ createCluster: false, origin, isSecure: async () => wasSecure })
    .filter(({ service }) => service === 'assets' || service === 'edge');
}

const readService = (
  cluster: Cluster,
  { app, namespace }: Target,
): Promise<KubeObject | undefined> => cluster.get(`api/v1/namespaces/${namespace}/services/${app}`);

/** Returns the host name that the load balancer of a Service has. */
function hostnameOf(service: KubeObject | undefined): string | undefined {
  const status = service?.['status'];
  const balancer = isObject(status) ? status['loadBalancer'] : undefined;
  const ingress = isObject(balancer) ? balancer['ingress'] : undefined;
  const first: unknown = Array.isArray(ingress) ? ingress[0] : undefined;
  const hostname = isObject(first) ? first['hostname'] : undefined;
  return typeof hostname === 'string' && hostname !== '' ? hostname : undefined;
}

function hasHttpsPort(service: KubeObject | undefined): boolean {
  const spec = service?.['spec'];
  const ports: unknown = isObject(spec) ? spec['ports'] : undefined;
  return Array.isArray(ports) && ports.some((each) => isObject(each) && each['port'] === 443);
}

/**
 * Updates the Service of the live release to the load balancer that the cloud needs now, such as
 * one with a certificate that was issued after the last deploy.
 */
export async function balancerStep(
  { reporter }: Call,
  { cluster, target }: Destination,
  state: LiveState,
): Promise<void> {
  const step = planBalancer(target, state);
  if (!step) return;
  await reporter.step('balancer', async () => {
    const lease = await Lease.acquire(cluster, target);
    try {
      await lease.hold();
      await cluster.call(`Can't ${describeStep(step)}`, toRequest(step)!);
    } finally {
      await lease.release();
    }
  });
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

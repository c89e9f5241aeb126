import type {
  ClusterChange,
  ClusterPod,
  ClusterReport,
  ClusterRole,
} from '@gati/runtime-h3/telemetry';
import type { Pod } from '../cause/snapshot.ts';
import type { Cluster } from '../kube/cluster.ts';
import { identityLabels, LABELS } from '../objects/labels.ts';
import { leaseName } from '../objects/names.ts';
import { rolesOf, workOf } from '../objects/roles.ts';
import { recordOf } from '../plan/essence.ts';
import { listDeployments, listRevisions, liveRevision } from '../plan/live-state.ts';
import { panelScaleOf, RECORD_KEYS, readPanelEntry } from '../plan/panel-record.ts';
import type { PlacedApp } from './place.ts';

const MAX_PODS = 200;

/** Describes an app in its cluster for the panel. */
export async function createReport(cluster: Cluster, placed: PlacedApp): Promise<ClusterReport> {
  const { target, state } = placed;
  const { namespace, environment } = target;
  const live = liveRevision(state);
  const labelSelector = Object.entries(identityLabels(target))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const [pods, busy] = await Promise.all([
    cluster.list(`api/v1/namespaces/${namespace}/pods`, { labelSelector }),
    readBusy(cluster, placed),
  ]);
  const change = readPanelEntry(state, { ...target }, RECORD_KEYS.change);
  return {
    namespace,
    environment,
    roles: listRoles(placed),
    revisions: listRevisions(state).map(
      ({ deployment, revision, version, release, ...counts }) => ({
        revision,
        version,
        release,
        isLive: revision === live,
        pods: counts.replicas,
        ready: counts.ready,
        since: deployment.metadata.creationTimestamp ?? '',
        canReturn: revision !== live && recordOf(deployment) !== undefined,
      }),
    ),
    pods: (pods as Pod[])
      .filter(({ metadata }) => metadata.labels?.[LABELS.revision] !== undefined)
      .slice(0, MAX_PODS)
      .map(toPod),
    ...(change && { change: change as unknown as ClusterChange }),
    ...(busy && { busy }),
  };
}

function listRoles({ target, state }: PlacedApp): ClusterRole[] {
  const live = liveRevision(state);
  const all = listDeployments(state).filter(({ revision }) => revision === live);
  const before = new Map(rolesOf(target.configured!).map((role) => [role.name, role]));
  return rolesOf(target.settings).map((role) => {
    const own = all.find((each) => each.role === role.name);
    const initial = before.get(role.name)!;
    const set = panelScaleOf(state, target, initial);
    return {
      name: role.name,
      work: workOf(role),
      min: role.min,
      max: role.max,
      cpu: role.cpu,
      wanted: own?.replicas ?? 0,
      ready: own?.ready ?? 0,
      ...(set && {
        changed: { by: set.by, at: set.at, reason: set.reason, initial: set.initial },
      }),
    };
  });
}

function toPod({ metadata, status, ...rest }: Pod): ClusterPod {
  const { nodeName } = (rest['spec'] ?? {}) as { nodeName?: string };
  const containers = status?.containerStatuses ?? [];
  const { labels = {} } = metadata;
  return {
    name: metadata.name,
    role: labels[LABELS.role] ?? '',
    revision: labels[LABELS.revision] ?? '',
    version: labels[LABELS.version] ?? '',
    ...(nodeName !== undefined && { node: nodeName }),
    isReady:
      metadata.deletionTimestamp === undefined &&
      containers.length > 0 &&
      containers.every(({ ready }) => ready),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    since: metadata.creationTimestamp ?? '',
  };
}

/** Returns the deploy or the change that holds the Lease. */
async function readBusy(
  cluster: Cluster,
  { target }: PlacedApp,
): Promise<ClusterReport['busy'] | undefined> {
  const folder = `apis/coordination.k8s.io/v1/namespaces/${target.namespace}/leases`;
  const lease = await cluster.get(`${folder}/${leaseName(target)}`);
  const {
    holderIdentity,
    acquireTime,
    renewTime,
    leaseDurationSeconds = 0,
  } = (lease?.['spec'] ?? {}) as Record<
    'holderIdentity' | 'acquireTime' | 'renewTime',
    string | undefined
  > & {
    leaseDurationSeconds?: number;
  };
  const ends = Date.parse(renewTime ?? '') + leaseDurationSeconds * 1000;
  if (!holderIdentity || !(cluster.now() < ends)) return undefined;
  return { holder: holderIdentity.slice(0, 200), since: acquireTime ?? renewTime ?? '' };
}

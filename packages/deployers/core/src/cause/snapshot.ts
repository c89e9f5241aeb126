import { isObject } from '@gati/contract/data';
import type { Cluster, KubeObject } from '../kube/cluster.ts';
import { LABELS } from '../objects/labels.ts';

/** State of the pods of a revision in the cluster at one time. */
export interface Snapshot {
  deployment: Workload | undefined;
  replicaSets: Workload[];
  pods: Pod[];
  /** The last ones at the end. */
  events: KubeEvent[];
  /** Time of the cluster, milliseconds since 1970. */
  now: number;
}

export interface Workload extends KubeObject {
  spec?: { replicas?: number };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface Pod extends KubeObject {
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
  started?: boolean;
  restartCount: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: {
    exitCode: number;
    signal?: number;
    reason?: string;
    message?: string;
    finishedAt?: string;
  };
}

export interface KubeEvent extends KubeObject {
  involvedObject?: { kind?: string; name?: string; uid?: string };
  reason?: string;
  message?: string;
  type?: string;
  lastTimestamp?: string;
  eventTime?: string;
}

/** Reads the pods of a Deployment, their owners, and the events about them. */
export async function readSnapshot(
  cluster: Cluster,
  namespace: string,
  { deployment, role, revision }: { deployment: string; role: string; revision: string },
): Promise<Snapshot> {
  const query = { labelSelector: `${LABELS.revision}=${revision},${LABELS.role}=${role}` };
  const apps = `apis/apps/v1/namespaces/${namespace}`;
  const core = `api/v1/namespaces/${namespace}`;
  const [found, replicaSets, pods] = await Promise.all([
    cluster.get(`${apps}/deployments/${deployment}`),
    cluster.list(`${apps}/replicasets`, query),
    cluster.list(`${core}/pods`, query),
  ]);
  const own = new Set([found, ...replicaSets, ...pods].map((each) => each?.metadata.uid));
  const isOwn = ({ involvedObject }: KubeEvent): boolean =>
    isObject(involvedObject) && own.has(involvedObject.uid);
  // A namespace can have thousands of events of other apps.
  const eventsWith = (fieldSelector: string): Promise<KubeObject[]> =>
    cluster.list(`${core}/events`, { fieldSelector }, { keep: isOwn });
  // Events of type Normal with the reason Killing name the probe that ended a container.
  const events = await Promise.all(
    ['type=Warning', 'reason=Killing', 'reason=Pulling'].map(eventsWith),
  );
  return {
    deployment: found as Workload | undefined,
    replicaSets: replicaSets as Workload[],
    pods: (pods as Pod[]).filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    events: (events.flat() as KubeEvent[]).sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1)),
    now: cluster.now(),
  };
}

/** When an event happened last, RFC 3339. */
export const timeOf = ({ lastTimestamp, eventTime, metadata }: KubeEvent): string =>
  lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';

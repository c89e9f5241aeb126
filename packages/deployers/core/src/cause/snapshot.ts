import { isObject } from '@gati/contract/data';
import type { Cluster, KubeObject } from '../kube/cluster.ts';
import { LABELS } from '../objects/labels.ts';

/** State of the pods of a revision in the cluster at one time. */
export interface Snapshot {
  deployment: Workload | undefined;
  replicaSets: Workload[];
  pods: Pod[];
  events: KubeEvent[];
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
    containerStatuses?: ContainerStatus[];
  };
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
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

/** Reads the pods of a revision, their owners, and the events about them. */
export async function readSnapshot(
  cluster: Cluster,
  namespace: string,
  { deployment, revision }: { deployment: string; revision: string },
): Promise<Snapshot> {
  const query = { labelSelector: `${LABELS.revision}=${revision}` };
  const apps = `apis/apps/v1/namespaces/${namespace}`;
  const core = `api/v1/namespaces/${namespace}`;
  const [found, replicaSets, pods, events] = await Promise.all([
    cluster.get(`${apps}/deployments/${deployment}`),
    cluster.list(`${apps}/replicasets`, query),
    cluster.list(`${core}/pods`, query),
    cluster.list(`${core}/events`, { fieldSelector: 'type=Warning' }),
  ]);
  const own = new Set([found, ...replicaSets, ...pods].map((each) => each?.metadata.uid));
  return {
    deployment: found as Workload | undefined,
    replicaSets: replicaSets as Workload[],
    pods: (pods as Pod[]).filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    events: (events as KubeEvent[]).filter(
      ({ involvedObject }) => isObject(involvedObject) && own.has(involvedObject.uid),
    ),
  };
}

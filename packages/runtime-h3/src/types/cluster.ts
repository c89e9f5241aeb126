/**
 * The module `cluster.mjs` in the folder of a built panel. `gati-deploy` adds it to an image whose
 * panel acts on its cluster.
 */
export interface ClusterModule {
  /**
   * Opens the cluster that the server runs in.
   *
   * @param place value of `GATI_CLUSTER`: `NAMESPACE/APP/ENVIRONMENT`
   * @throws {GatiError} GATI_DEPLOY_CLUSTER when the pod has no access to the cluster
   */
  openCluster(place: string): ClusterPort;
}

/** The cluster that an app runs in, for the panel. */
export interface ClusterPort {
  /** The accounts, the audit log and the settings, which all pods share. */
  accounts: SharedDocument;
  report(): Promise<ClusterReport>;
  /**
   * Changes the number of pods of a role. Deploys keep it.
   *
   * @throws {GatiError} when the cluster rejects it, or while a deploy runs
   */
  scale(wanted: WantedPods, by: ChangedBy): Promise<void>;
  /**
   * Starts to return to an earlier revision. Resolves when the first pods are requested. The report
   * shows the result.
   *
   * @throws {GatiError} when the cluster rejects it, or while a deploy runs
   */
  rollBack(wanted: WantedRevision, by: ChangedBy): Promise<void>;
}

/** Bytes that several processes change. Each change names the version that it is based on. */
export interface SharedDocument {
  /**
   * Resolves without bytes if nothing was written yet, or if the version is still `known`.
   *
   * @param known version that the caller has
   */
  read(known?: string): Promise<SharedBytes>;
  /**
   * Resolves to the new version, or to `undefined` if another process has written since `version`.
   */
  write(bytes: Uint8Array, version: string): Promise<string | undefined>;
}

export interface SharedBytes {
  bytes?: Uint8Array;
  version: string;
}

/** The person who made a change, and why. */
export interface ChangedBy {
  /** Name of the person. */
  by: string;
  /** Epoch milliseconds. */
  at: number;
  reason: string;
}

export interface WantedPods {
  role: string;
  /** Absent: those of `gati.deploy.yaml`. */
  pods?: { min: number; max: number };
}

export interface WantedRevision {
  revision: string;
  /** The revision that was live when the person decided. */
  live: string;
}

/** State of an app in its cluster. */
export interface ClusterReport {
  namespace: string;
  environment: string;
  roles: ClusterRole[];
  /** The live one first, then the newest. */
  revisions: ClusterRevision[];
  /** At most 200. */
  pods: ClusterPod[];
  /** The last change that a person made in the panel. */
  change?: ClusterChange;
  /** The deploy or the change that runs now. */
  busy?: { holder: string; since: string };
}

/** Pods that do the same work. */
export interface ClusterRole {
  /** `core`, `worker`, or `routes-` with the domain. */
  name: string;
  /** `serve requests` */
  work: string;
  /** Number of pods. Both are equal without an autoscaler. */
  min: number;
  max: number;
  /** Percent of the requested CPU at which the autoscaler adds pods. */
  cpu: number;
  wanted: number;
  ready: number;
  /** Change by a user. Absent: the numbers are those of `gati.deploy.yaml`. */
  changed?: ChangedBy & { initial: { min: number; max: number } };
}

/** A release with its settings, as it was deployed. */
export interface ClusterRevision {
  revision: string;
  version: string;
  release: string;
  isLive: boolean;
  /** Desired number of pods that serve requests, and number of ready ones. */
  pods: number;
  ready: number;
  /** When it was deployed first, RFC 3339. */
  since: string;
  /** Whether a person can return to it. */
  canReturn: boolean;
}

export interface ClusterPod {
  name: string;
  role: string;
  revision: string;
  version: string;
  /** Absent before the pod has a node. */
  node?: string;
  isReady: boolean;
  restarts: number;
  /** RFC 3339. */
  since: string;
}

export interface ClusterChange extends ChangedBy {
  what: 'scale' | 'rollback';
  /** The role and its pods, or the version. */
  to: string;
  state: 'running' | 'done' | 'failed';
  /** Reason why it failed. */
  why?: string;
}

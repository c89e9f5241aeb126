/** Reason why pods are not ready. */
export interface Cause {
  code: CauseCode;
  /** The object: `Pod shop-core-3f9a0c1b22-x7k2p`. */
  object: string;
  /** The fault, with the message of the cluster. */
  why: string;
  /** The fix, with the setting that it needs. */
  fix: string;
  /** RFC 3339. */
  since?: string;
  /** A pod whose last log lines explain the cause. */
  logsOf?: { pod: string; container: string; isPrevious: boolean };
}

export type CauseCode =
  | 'image-pull'
  | 'image-missing'
  | 'image-denied'
  | 'image-platform'
  | 'image-slow'
  | 'config-missing'
  | 'start-failed'
  | 'crash'
  | 'out-of-memory'
  | 'probe-failing'
  | 'unschedulable'
  | 'volume'
  | 'network'
  | 'evicted'
  | 'quota'
  | 'rejected'
  | 'not-created'
  | 'controller'
  | 'canary';

/**
 * Milliseconds for which a cause may last before the rollout has failed. A cause that is not listed
 * may end by itself, such as a node that joins, so the time-out of the rollout decides.
 */
export const PATIENCE: Partial<Record<CauseCode, number>> = {
  'image-missing': 20_000,
  'image-denied': 20_000,
  'image-platform': 5_000,
  'image-pull': 60_000,
  'config-missing': 20_000,
  'start-failed': 15_000,
  crash: 25_000,
  'out-of-memory': 25_000,
  quota: 20_000,
  rejected: 10_000,
  'not-created': 20_000,
};

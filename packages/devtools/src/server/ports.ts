import type { QueueDriver } from '@gati/runtime-h3/effects/inspect';
import type { NodeOperator, TrapsPort } from '@gati/runtime-h3/telemetry';
import type { ReleaseStore } from '@gati/runtime-h3/releases';

/** The queue of the app's effects. */
export interface QueuePort {
  /** Opens the queue at the first call; resolves to the same one later. */
  open(): Promise<QueueDriver>;
  /**
   * Makes sure that a process runs the jobs. In development, no process runs them before the first
   * request.
   */
  wake?(): Promise<void>;
}

/** The release store of the app. */
export interface ReleasesPort {
  /** Opens the store at the first call; resolves to the same one later. */
  open(): Promise<ReleaseStore>;
}

/**
 * Access to the processes of the app, on one node or in a cluster. Pages and commands work the same
 * with both.
 */
export type ClusterOperator = NodeOperator;

/**
 * Parts of the app that the panel uses besides telemetry. Each part is opened when a page first
 * needs it.
 */
export interface PanelPorts {
  /** Absent if jobs are in the memory of other processes. */
  queue?: QueuePort;
  /** Absent if no store is set up. */
  releases?: ReleasesPort;
  /** Absent if the panel has no connection to the processes. */
  operator?: ClusterOperator;
  /** Absent if nothing is recorded. */
  traps?: TrapsPort;
}

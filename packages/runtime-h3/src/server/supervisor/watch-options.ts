import type { Logger } from '../../types/context.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface WatchOptions {
  workers: Iterable<WorkerProcess>;
  /** Milliseconds between two checks. */
  interval: number;
  /** The workers give no heartbeats if it is absent. */
  heartbeat: HeartbeatRule | undefined;
  /** Milliseconds that a worker may take to start. 0: any. */
  startTimeout: number;
  /** The worker gives no heartbeat: another one has to take its place. */
  onBlocked(worker: WorkerProcess): void;
  /** A blocked worker responds again, before it was killed. */
  onRecovered(worker: WorkerProcess): void;
  /** The start of a worker takes long. */
  onSlowStart(text: string): void;
  logger: Logger;
}

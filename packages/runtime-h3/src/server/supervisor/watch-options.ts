import type { Logger } from '../../types/context.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface WatchOptions {
  workers: Iterable<WorkerProcess>;
  /** Milliseconds between two checks. */
  interval: number;
  /** Absent: the workers send no heartbeats. */
  heartbeat: HeartbeatRule | undefined;
  /** Milliseconds that a worker may take to start. 0: no limit. */
  startTimeout: number;
  /** Called when a worker gives no heartbeat and must be replaced. */
  onBlocked(worker: WorkerProcess): void;
  /** Called when a blocked worker responds again before it is killed. */
  onRecovered(worker: WorkerProcess): void;
  /** Called when a worker takes long to start. */
  onSlowStart(text: string): void;
  logger: Logger;
}

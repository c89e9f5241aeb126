/** What others may plug into the runtime. A port is here when something implements it. */

export interface QueueJob {
  id: string;
  effect: string;
  /** JSON text. */
  payload: string;
  /** From 1, counted by `claim`. */
  attempt: number;
  priority: number;
  /** Epoch milliseconds. */
  enqueuedAt: number;
  idempotencyKey?: string;
  /** Semver of the release that enqueued it. */
  release: string;
}

export interface NewJob extends Omit<QueueJob, 'attempt' | 'enqueuedAt'> {
  /** Epoch milliseconds of the first attempt. */
  runAt: number;
}

/** A claimed job and the fence that its owner must show: a stale lease is a no-op. */
export interface Lease {
  job: QueueJob;
  /** Opaque; another claim of the same job has another. */
  token: string;
}

export interface QueueStats {
  waiting: number;
  delayed: number;
  active: number;
  dead: number;
}

export interface QueueCaps {
  /** Jobs outlive the process. */
  durable: boolean;
  /** Several processes may use it at once. */
  shared: boolean;
  /** Longest delay in milliseconds that the driver keeps itself. */
  maxDelay: number;
}

/** Dumb storage of jobs. Retries, timeouts, schedules and limits are the engine's. */
export interface QueueDriver {
  readonly caps: QueueCaps;
  /** Resolves when the jobs are as durable as the driver makes them. Gives each job's id: that of the first job for a known idempotency key. */
  enqueue(jobs: NewJob[]): Promise<string[]>;
  /** At most `count` due jobs of these effects, each leased for `lease` milliseconds. */
  claim(effects: string[], count: number, lease: number): Promise<Lease[]>;
  /** `false`: the lease is lost. */
  extend(lease: Lease, milliseconds: number): Promise<boolean>;
  ack(lease: Lease, result?: string): Promise<boolean>;
  retry(lease: Lease, runAt: number, error: string): Promise<boolean>;
  dead(lease: Lease, reason: string): Promise<boolean>;
  redrive(ids: string[]): Promise<number>;
  stats(): Promise<QueueStats>;
  /** Calls back when a job may have become due; polling covers drivers without it. */
  onReady?(callback: () => void): () => void;
  close(): Promise<void>;
}

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

/** How many due jobs of one effect the engine has room for. */
export interface ClaimRequest {
  effect: string;
  count: number;
  /** Give none while one is active anywhere, so that jobs run one after the other in the order they came. */
  exclusive?: boolean;
}

export type JobState = 'waiting' | 'delayed' | 'active' | 'completed' | 'dead' | 'cancelled';

/** What people see of a job. */
export interface JobRecord extends QueueJob {
  state: JobState;
  /** Epoch milliseconds of the next attempt, or of the last change where there is none. */
  runAt: number;
  /** Of the last attempt. */
  error?: string;
  /** JSON text of what `run` resolved to. */
  result?: string;
}

export interface JobFilter {
  ids?: string[];
  effects?: string[];
  states?: JobState[];
  limit: number;
  /** `next` of the page before. */
  cursor?: string;
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
  /**
   * Resolves when the jobs are as durable as the driver makes them. Gives each job's id. A key that the effect has seen makes
   * no second job: the id is that of the first, until 24 h after its end.
   */
  enqueue(jobs: NewJob[]): Promise<string[]>;
  /**
   * Due jobs, highest priority first, then in the order they came, each leased for `lease` milliseconds.
   * A job whose lease ran out is due again, with the next attempt.
   */
  claim(requests: ClaimRequest[], lease: number): Promise<Lease[]>;
  /** `false`: the lease is lost. */
  extend(lease: Lease, milliseconds: number): Promise<boolean>;
  ack(lease: Lease, result?: string): Promise<boolean>;
  retry(lease: Lease, runAt: number, error: string): Promise<boolean>;
  dead(lease: Lease, reason: string): Promise<boolean>;
  /** Puts dead jobs back, from attempt 1; gives how many. */
  redrive(ids: string[]): Promise<number>;
  stats(): Promise<QueueStats>;
  /** Calls back when a job may have become due; polling covers drivers without it. */
  onReady?(callback: () => void): () => void;
  /** Absent where the store can't look into its queue. */
  list?(filter: JobFilter): Promise<{ jobs: JobRecord[]; next?: string }>;
  /** Of jobs that no one runs; gives how many. */
  cancel?(ids: string[]): Promise<number>;
  close(): Promise<void>;
}

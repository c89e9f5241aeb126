/** Ports: interfaces of the runtime that drivers implement. */
import type { ReleaseStatus } from '@gati/contract';

/** A file of a stored release. */
export interface StoredFile {
  /** Path below `dist/`, with `/`. */
  path: string;
  bytes: number;
  /** Hexadecimal digest of the content; the name of its blob. */
  sha256: string;
}

/** An immutable snapshot of `dist/`: written once, never changed. */
export interface StoredRelease {
  /** Semver; a store has one release per version. */
  version: string;
  /** `rel_…` */
  id: string;
  /** RFC 3339: when it was put into the store, or the time of `--at`. */
  date: string;
  /** Sorted by path. */
  files: StoredFile[];
  /** Digest of the container image that was built from it. */
  image?: string;
}

/** Reason why servers took a release back after its activation. */
export interface Quarantine {
  /** The error that the servers reported. */
  reason: string;
  /** RFC 3339. */
  at: string;
  /** Name of the server that took it back. */
  server: string;
}

/** The part of a release that may change. */
export interface ReleaseMark {
  status: ReleaseStatus;
  /** RFC 3339: value of the `Deprecation` header. */
  deprecatedAt?: string;
  /** RFC 3339: value of the `Sunset` header. */
  sunsetAt?: string;
  /** Permanently retired: its files are removed, or will be. Its record and documents stay. */
  pruned?: boolean;
  /** Servers took it back after its last activation. It can be activated again by force only. */
  quarantine?: Quarantine;
}

/** The activation of the current release, with what a quarantine restores. */
export interface Activation {
  version: string;
  /** RFC 3339. Tells two activations of one release apart. */
  at: string;
  /** Mark that the release had before. Absent: it was staged. */
  mark?: ReleaseMark;
}

/** The only document of a store that changes. */
export interface StoreHead {
  /** Version of the current release. */
  current?: string;
  /** Versions that were current before, oldest first, without the current one. */
  before: string[];
  /** Keyed by version. A release without a mark is staged. */
  marks: Record<string, ReleaseMark>;
  /** Absent when the current release is the result of a rollback or a quarantine. */
  activation?: Activation;
  /** Labels that people gave releases, such as `stable`, by version. */
  labels?: Record<string, string>;
}

/**
 * State that a running server reports, so that `activate --wait` knows when all servers have a
 * release. Stored next to the releases; servers don't read it.
 */
export interface ServerNote {
  /** Unique among running processes; letters, digits, `.`, `_` and `-`. */
  instance: string;
  /** Name of the server that the process belongs to. */
  server?: string;
  /** Version that this process serves as current. */
  current?: string;
  /** A version that could not start, so `current` did not change. */
  failed?: { version: string; reason: string; activatedAt?: string };
  /** Epoch milliseconds after which the note is void: a killed process can't remove it. */
  until: number;
}

/**
 * Simple storage of releases: blobs by digest, one record per release, one head that changes by
 * compare-and-swap. The rules are in `releases/`.
 */
export interface ReleaseStore {
  /** URL of the store for messages, without credentials. */
  readonly url: string;
  /**
   * Lists complete releases, unordered. An unreadable record throws, unless `onDamaged` is given:
   * then it is reported, with the reason, and skipped.
   */
  list(onDamaged?: (version: string, error: unknown) => void): Promise<StoredRelease[]>;
  /**
   * Creates the record of a release whose blobs are all stored. `false`: the version is taken; of
   * two racing writers one gets `false`. A record is never changed or removed.
   */
  create(release: StoredRelease): Promise<boolean>;
  /** Reads the head. `tag` changes with each change of the head. */
  head(): Promise<{ head: StoreHead; tag: string }>;
  /** Replaces the head. `false`: another process has replaced the head with this `tag`. */
  moveHead(head: StoreHead, tag: string): Promise<boolean>;
  /**
   * Tag of the head. Servers poll it, so it must be cheap. Storing a release without activating it
   * does not change it.
   */
  tag(): Promise<string>;
  /**
   * Reads a blob; `undefined` if there is none. The caller checks the digest.
   * @param most maximum bytes of the blob. A longer one is cut after one more byte.
   */
  blob(sha256: string, most: number): Promise<Uint8Array | undefined>;
  /** Stores a blob. If it exists already, renews its time of writing. */
  putBlob(sha256: string, bytes: Uint8Array): Promise<void>;
  /** Lists all blobs. `written` is epoch milliseconds. */
  blobs(): AsyncIterable<{ sha256: string; written: number }>;
  removeBlob(sha256: string): Promise<void>;
  /** Stores the note of an instance, replacing an earlier one. */
  putNote(note: ServerNote): Promise<void>;
  removeNote(instance: string): Promise<void>;
  notes(): Promise<ServerNote[]>;
  close(): Promise<void>;
}

/** A job as the engine runs it. */
export interface QueueJob {
  id: string;
  effect: string;
  /** JSON text. */
  payload: string;
  /** Counted from 1; `claim` counts it. */
  attempt: number;
  priority: number;
  /** Epoch milliseconds. */
  enqueuedAt: number;
  idempotencyKey?: string;
  /** Semver of the release that enqueued it. */
  release: string;
  /**
   * Epoch milliseconds before which the job must not run. Set only if that is further away than the
   * driver's `maxDelay`. The driver stores it; the engine obeys it.
   */
  notBefore?: number;
  /**
   * Span that enqueued the job, in the form of `traceparent` (W3C Trace Context). Absent if
   * telemetry is off, and for jobs of earlier versions. The driver stores it.
   */
  trace?: string;
  /** JSON of the step results that earlier attempts stored, by name. Absent: none. */
  steps?: Record<string, string>;
}

/** A job to enqueue. */
export interface NewJob extends Omit<QueueJob, 'attempt' | 'enqueuedAt' | 'steps'> {
  /** Epoch milliseconds of the first attempt. */
  runAt: number;
}

/**
 * A claimed job, and the fencing token that its holder must present. A stale lease changes nothing.
 */
export interface Lease {
  job: QueueJob;
  /** Opaque. Differs for each claim of the same job. */
  token: string;
}

/** Number of due jobs of one effect that the engine has room for. */
export interface ClaimRequest {
  effect: string;
  count: number;
  /**
   * Maximum number of active jobs of the effect in all processes together. `exclusive` means a
   * limit of 1, in order.
   */
  limit?: number;
  /**
   * Claims nothing while a job of the effect is active in any process, so that jobs run one at a
   * time, in the order in which they came.
   */
  exclusive?: boolean;
}

export type JobState = 'waiting' | 'delayed' | 'active' | 'completed' | 'dead' | 'cancelled';

/** A job as `gati effects` shows it. */
export interface JobRecord extends QueueJob {
  state: JobState;
  /** Epoch milliseconds of the next attempt, or of the last change if there is no next attempt. */
  runAt: number;
  /** Error of the last attempt. */
  error?: string;
  /** JSON text of what `run` resolved to. */
  result?: string;
  /** 0 to 100: the last value that `ectx.progress` stored. */
  progress?: number;
}

export interface JobFilter {
  ids?: string[];
  effects?: string[];
  states?: JobState[];
  limit: number;
  /** `next` of the previous page, which was listed in the same order. */
  cursor?: string;
  /** Lists the newest jobs first. By default, in the order in which they were enqueued. */
  newestFirst?: boolean;
}

export interface DueEffect {
  effect: string;
  /** Semver of the release that enqueued the job. */
  release: string;
}

/** Number of jobs in each state. */
export interface QueueStats {
  waiting: number;
  delayed: number;
  active: number;
  dead: number;
}

/** Why the jobs of an effect do not run. */
export interface Pause {
  /** Name of the person or the program that paused it. */
  by: string;
  /** Epoch milliseconds. */
  at: number;
  reason?: string;
}

export interface PausedEffect extends Pause {
  effect: string;
}

/** Capabilities of a driver. */
export interface QueueCaps {
  /** Jobs outlive the process. */
  durable: boolean;
  /** Several processes may use the queue at the same time. */
  shared: boolean;
  /** Longest delay that the driver stores itself. Milliseconds. */
  maxDelay: number;
  /** Longest payload. Bytes. Absent: the driver has no limit. */
  maxPayload?: number;
  /**
   * Time for which the driver stores idempotency keys.
   *
   * - `0`: the driver stores no keys.
   * - a number: milliseconds for which a key certainly makes no second job.
   * - `Infinity`: a key makes no second job until 24 h after the end of its job.
   */
  keyMemory: number;
  /** `exclusive` and `limit` hold for all processes, and jobs come in order. */
  ordered: boolean;
  /** `enqueue` can take part in a transaction of the app's database. */
  tx?: true;
}

/**
 * Simple storage of jobs. Retries, timeouts, schedules and limits are up to the engine.
 *
 * The methods that take a lease resolve to `false` when the lease is lost.
 */
export interface QueueDriver {
  readonly caps: QueueCaps;
  /**
   * Resolves to the id of each job when the jobs are as durable as the driver makes them. A job
   * whose key the effect has used before is not created: its id is that of the first job. This
   * holds until 24 h after the end of the first job. `tx` is a transaction of the database that has
   * the queue, if the driver uses one.
   */
  enqueue(jobs: NewJob[], tx?: unknown): Promise<string[]>;
  /**
   * Claims due jobs, highest priority first, then in the order they came. Each is leased for
   * `lease` milliseconds. A job whose lease has expired is due again, with the next attempt.
   */
  claim(requests: ClaimRequest[], lease: number): Promise<Lease[]>;
  /** Extends the lease to `milliseconds` from now. */
  extend(lease: Lease, milliseconds: number): Promise<boolean>;
  /** Completes the job. `result`: JSON text. */
  ack(lease: Lease, result?: string): Promise<boolean>;
  /** Makes the job due again. `runAt`: epoch milliseconds. */
  retry(lease: Lease, runAt: number, error: string): Promise<boolean>;
  /** Makes the job a dead letter. */
  dead(lease: Lease, reason: string): Promise<boolean>;
  /** Puts dead jobs back, from attempt 1. Resolves to their number. */
  redrive(ids: string[]): Promise<number>;
  /**
   * Puts back all dead letters, or those of the given effects. Absent: the caller lists them and
   * calls `redrive` with their ids.
   */
  redriveAll?(effects?: string[]): Promise<number>;
  /** Resolves to `undefined` if the service does not count its jobs. */
  stats(): Promise<QueueStats | undefined>;
  /**
   * Stores a step's result (JSON text) under the lease, for later attempts. Absent: steps run
   * again.
   */
  saveStep?(lease: Lease, name: string, result: string): Promise<boolean>;
  /** Stores the progress, 0 to 100. */
  saveProgress?(lease: Lease, progress: number): Promise<boolean>;
  /** Removes ended and dead jobs that match. Resolves to their number. */
  purge?(filter: Omit<JobFilter, 'limit' | 'cursor'>): Promise<number>;
  /**
   * Calls back when a job of an effect that was claimed before may have become due. Returns a
   * function that stops the callbacks. Absent: the engine polls.
   */
  onReady?(callback: () => void): () => void;
  /** Absent if the service can't list its jobs. */
  list?(filter: JobFilter): Promise<{ jobs: JobRecord[]; next?: string }>;
  /**
   * Lists effects that have due jobs, with each release of the first few jobs. Costs the same
   * however many jobs there are.
   */
  due?(): Promise<DueEffect[]>;
  /**
   * Lists the paused effects, whose jobs no process claims. Absent: the service can't store it.
   */
  paused?(): Promise<PausedEffect[]>;
  /** Pauses an effect in all processes, or resumes it with `undefined`. */
  setPaused?(effect: string, pause: Pause | undefined): Promise<void>;
  /** Cancels jobs that are not running. Resolves to their number. */
  cancel?(ids: string[]): Promise<number>;
  close(): Promise<void>;
}

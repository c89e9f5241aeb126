import type { ReleaseStatus } from '@gati/contract';

/** What others may plug into the runtime. A port is here when something implements it. */

/** One file of a snapshot. */
export interface StoredFile {
  /** Below `dist/`, with `/`. */
  path: string;
  bytes: number;
  /** Hex; the name of its blob. */
  sha256: string;
}

/** An immutable snapshot of `dist/`: written once, never changed. */
export interface StoredRelease {
  /** Semver; one release a version. */
  version: string;
  /** `rel_…` */
  id: string;
  /** RFC 3339: when it was put into the store, or what `--at` said. */
  date: string;
  /** By path. */
  files: StoredFile[];
  /** Digest of the image that was made of it. */
  image?: string;
}

/** What may change about a release. */
export interface ReleaseMark {
  status: ReleaseStatus;
  /** RFC 3339: what `Deprecation` and `Sunset` say. */
  deprecatedAt?: string;
  sunsetAt?: string;
  /** Retired for good: its files are, or are about to be, gone. Record and documents stay. */
  pruned?: boolean;
}

/** The one document of a store that changes. */
export interface StoreHead {
  /** Version that is current. */
  current?: string;
  /** Versions that were current, the last at the end, without the current one. */
  before: string[];
  /** By version. A release without a mark is staged. */
  marks: Record<string, ReleaseMark>;
}

/** What a running server says of itself, so that `activate --wait` knows when it is done. Stored beside the releases, read by nobody who serves. */
export interface ServerNote {
  /** Unique among the processes that run now; letters, digits, `.`, `_` and `-`. */
  instance: string;
  /** Version that this process takes for current. */
  current?: string;
  /** A version that could not be brought up, so that `current` stayed. */
  failed?: { version: string; reason: string };
  /** Epoch milliseconds after which the note says nothing: a killed process can't take it back. */
  until: number;
}

/** Dumb storage of releases: blobs by digest, one record a release, one head that moves by compare-and-swap. The rules are in `releases/`. */
export interface ReleaseStore {
  /** Without credentials, for messages. */
  readonly url: string;
  /** Complete releases only, in no order. One whose record can't be read is an error, unless it is to be told and left out. */
  list(onDamaged?: (version: string) => void): Promise<StoredRelease[]>;
  /** All of its blobs are there. `false`: the version is taken. Of two racing writers one gets `false`. A record is never changed and never removed. */
  create(release: StoredRelease): Promise<boolean>;
  head(): Promise<{ head: StoreHead; tag: string }>;
  /** `false`: it is no longer the head with this `tag`. */
  moveHead(head: StoreHead, tag: string): Promise<boolean>;
  /** Of the head alone: another whenever it moved. Cheap, since servers ask for it all the time; a release that was only stored is served by nobody. */
  tag(): Promise<string>;
  /** `undefined`: not there. The caller checks the digest. */
  blob(sha256: string): Promise<Uint8Array | undefined>;
  /** Puts it, or makes one that is there as young as a new one. */
  putBlob(sha256: string, bytes: Uint8Array): Promise<void>;
  /** `written`: epoch milliseconds. */
  blobs(): AsyncIterable<{ sha256: string; written: number }>;
  removeBlob(sha256: string): Promise<void>;
  /** Replaces the note of the same instance. */
  putNote(note: ServerNote): Promise<void>;
  removeNote(instance: string): Promise<void>;
  notes(): Promise<ServerNote[]>;
  close(): Promise<void>;
}

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
  /** Epoch milliseconds before which it must not run, where that is further away than the driver's `maxDelay`. Kept as it is; the engine obeys it. */
  notBefore?: number;
  /** JSON texts of the steps that earlier attempts recorded, by name. Absent: none. */
  steps?: Record<string, string>;
}

export interface NewJob extends Omit<QueueJob, 'attempt' | 'enqueuedAt' | 'steps'> {
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
  /** Active jobs of the effect in all processes together that must not be passed; `exclusive` is the limit 1 in order. */
  limit?: number;
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
  /** 0 to 100, as `ectx.progress` said last. */
  progress?: number;
}

export interface JobFilter {
  ids?: string[];
  effects?: string[];
  states?: JobState[];
  limit: number;
  /** `next` of the page before. */
  cursor?: string;
}

export interface DueEffect {
  effect: string;
  /** Version that enqueued it. */
  release: string;
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
  /** Longest payload in bytes; absent: no limit of its own. */
  maxPayload?: number;
  /** Milliseconds for which an idempotency key surely makes no second job; 0: the driver keeps no keys. */
  keys: number;
  /** `exclusive` and `limit` hold for all processes, and jobs come in order. */
  ordered: boolean;
  /** `enqueue` takes part in a transaction of the app's database. */
  tx?: true;
}

/** Dumb storage of jobs. Retries, timeouts, schedules and limits are the engine's. */
export interface QueueDriver {
  readonly caps: QueueCaps;
  /**
   * Resolves when the jobs are as durable as the driver makes them. Gives each job's id. A key that the effect has seen makes
   * no second job: the id is that of the first, until 24 h after its end. `tx` is a transaction of the driver's own database, where it has any.
   */
  enqueue(jobs: NewJob[], tx?: unknown): Promise<string[]>;
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
  /** As `redrive`, of all dead letters, or of these effects'. Absent: they are listed and put back by their ids. */
  redriveAll?(effects?: string[]): Promise<number>;
  /** `undefined`: the service does not count. */
  stats(): Promise<QueueStats | undefined>;
  /** Records a step's result (JSON text) under the lease, for later attempts. Absent: steps run again. */
  saveStep?(lease: Lease, name: string, result: string): Promise<boolean>;
  saveProgress?(lease: Lease, progress: number): Promise<boolean>;
  /** Jobs that ended or are dead and match; gives how many are gone for good. */
  purge?(filter: Omit<JobFilter, 'limit' | 'cursor'>): Promise<number>;
  /** Calls back when a job may have become due of an effect that was claimed before; polling covers drivers without it. */
  onReady?(callback: () => void): () => void;
  /** Absent where the store can't look into its queue. */
  list?(filter: JobFilter): Promise<{ jobs: JobRecord[]; next?: string }>;
  /** Effects that have jobs which are due, with each release of the first few of them. Costs the same however many jobs there are. */
  due?(): Promise<DueEffect[]>;
  /** Of jobs that no one runs; gives how many. */
  cancel?(ids: string[]): Promise<number>;
  close(): Promise<void>;
}

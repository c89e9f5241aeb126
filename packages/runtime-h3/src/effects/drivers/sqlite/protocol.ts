import type { SqliteFailure } from '../../../data/native-sqlite.ts';
import type {
  ClaimRequest,
  DueEffect,
  JobFilter,
  JobRecord,
  Lease,
  NewJob,
  PausedEffect,
  QueueStats,
} from '../../../ports.ts';

/** Calls that the thread runs, as `[arguments, result]`. */
export interface Calls {
  enqueue: [[jobs: NewJob[]], string[]];
  claim: [[requests: ClaimRequest[], lease: number], Lease[]];
  extend: [[token: string, milliseconds: number], boolean];
  ack: [[token: string, result: string | undefined], boolean];
  retry: [[token: string, runAt: number, error: string], boolean];
  dead: [[token: string, reason: string], boolean];
  saveStep: [[token: string, name: string, result: string], boolean];
  saveProgress: [[token: string, progress: number], boolean];
  redrive: [[ids: string[]], number];
  cancel: [[ids: string[]], number];
  purge: [[filter: Omit<JobFilter, 'limit' | 'cursor'>], number];
  list: [[filter: JobFilter], { jobs: JobRecord[]; next?: string }];
  due: [[], DueEffect[]];
  stats: [[], QueueStats];
  paused: [[], PausedEffect[]];
  setPaused: [[effect: string, pause: string | undefined], void];
}

export type CallName = keyof Calls;

/** The queue as synchronous functions. Each is called inside a write transaction. */
export type Store = { [Name in CallName]: (...args: Calls[Name][0]) => Calls[Name][1] } & {
  /** Epoch milliseconds at which the next delayed or leased job is due, if there is one. */
  nextDue(): number | undefined;
};
export type Call = { [Name in CallName]: [id: number, name: Name, args: Calls[Name][0]] }[CallName];

/** Data that the thread starts with. */
export interface ThreadData {
  gati: 'sqlite-queue';
  path: string;
  /** Folder whose `node_modules` has `libsql`, if Node has no SQLite. */
  from: string;
}

export type ToThread = { calls: Call[] } | { subscribe: boolean } | { close: true };

export type CallResult =
  | [id: number, value: unknown]
  | [id: number, value: undefined, failure: SqliteFailure];

export type FromThread =
  | { opened: true }
  | { failed: SqliteFailure }
  | { results: CallResult[] }
  /** A job may have become due. */
  | { due: true }
  | { closed: true };

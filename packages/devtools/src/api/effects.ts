/** Responses of the read API about effects and their jobs. */
import type { DeadGroup, JobState, Pause } from '@gati/runtime-h3/effects/inspect';
import type { LogRecord, Red } from './types.ts';

export type { DeadGroup, JobState, Pause };

export interface EffectsOverview {
  /**
   * Whether the panel can read the queue. `memory`: the jobs are in the memory of the workers. `limited`:
   * the service of the queue can't list its jobs.
   */
  queue: 'readable' | 'memory' | 'limited';
  /** Jobs in each state; absent if the queue does not count them. */
  counts?: Record<'waiting' | 'delayed' | 'active' | 'dead', number>;
  effects: EffectItem[];
  /** Whether the queue can pause effects. */
  canPause: boolean;
  /** Whether the counts by effect are of the newest 2,000 jobs only. */
  isCut: boolean;
}

export interface EffectItem {
  name: string;
  /** Path from the root of the project; absent for jobs of an effect that the app no longer has. */
  file?: string;
  counts: Record<'waiting' | 'delayed' | 'active' | 'dead', number>;
  /** Present while no process claims its jobs. */
  paused?: Pause;
  /** Runs in the time range. */
  red: Red;
  /** Cron line. */
  schedule?: string;
  timezone?: string;
  /** Epoch milliseconds; empty without a schedule. */
  nextRuns: number[];
  /**
   * Type of the payload in TypeScript, and an example. Absent if the effect takes no payload, or
   * its type is not known.
   */
  payload?: { type: string; example?: unknown };
}

/** A job in the list. */
export interface JobItem {
  id: string;
  effect: string;
  state: JobState;
  attempt: number;
  /** Epoch milliseconds. */
  enqueuedAt: number;
  /** Epoch milliseconds of the next attempt, or of the last change. */
  runAt: number;
  /** Version of the release that enqueued it. */
  release: string;
  /** First line of the error because of which it is dead or being retried. */
  reason?: string;
}

export interface JobDetail extends JobItem {
  /** Values of secret-looking keys are hidden. */
  payload: unknown;
  /** Whole error of the last attempt. */
  error?: string;
  result?: unknown;
  priority: number;
  idempotencyKey?: string;
  /** Job that this one runs again. */
  rerunOf?: string;
  /** 0 to 100. */
  progress?: number;
  /** Steps whose results are stored. */
  steps: { name: string; value: unknown }[];
  /** Trace of the request that enqueued it. */
  enqueuedBy?: string;
  /** Log lines of the job, oldest first. */
  logs: LogRecord[];
  /** Actions that the state allows. */
  can: { retry: boolean; cancel: boolean; rerun: boolean };
}

export interface DeadList {
  /** Largest first. */
  groups: DeadGroup[];
  /** Whether there are more dead letters than the newest 5,000, which are grouped. */
  isCut: boolean;
}

/** A redrive in stages, running or ended. */
export interface Redrive {
  id: string;
  /** Epoch milliseconds. */
  startedAt: number;
  endedAt?: number;
  state: 'running' | 'done' | 'failed' | 'stopped';
  /** Description of the jobs, for people. */
  subject: string;
  total: number;
  redriven: number;
  completed: number;
  /** Job whose attempt failed again. */
  failedJob?: string;
  /** Reason for an early end. */
  problem?: string;
}

export interface RedriveList {
  /** Newest first. */
  redrives: Redrive[];
}

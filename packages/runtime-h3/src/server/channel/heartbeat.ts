import type { ServerEnv } from '../env.ts';
import type { WorkerKind } from './messages.ts';

/** Milliseconds between two heartbeats. A shorter timeout has shorter intervals. */
const INTERVAL = 1000;
/** Heartbeats that have to be missing in a row. */
const MISSING = 5;
/** Milliseconds without a heartbeat after which a worker counts as blocked. */
const TIMEOUT = 5000;
/** The same for a process that runs jobs: a job that blocks for longer loses its lease anyway. */
const JOBS_TIMEOUT = 30_000;

/** How a worker is watched. */
export interface HeartbeatRule {
  /** Milliseconds between two heartbeats, and between two checks. */
  interval: number;
  /** Checks without a heartbeat after which a worker counts as blocked. */
  checks: number;
}

/** Returns how the workers of a kind are watched, or `undefined` when `GATI_HEARTBEAT_TIMEOUT` is 0. */
export function heartbeatRule(
  { heartbeatTimeout, role }: Pick<ServerEnv, 'heartbeatTimeout' | 'role'>,
  kind: WorkerKind,
): HeartbeatRule | undefined {
  const runsJobs = kind === 'effects' || role === 'worker';
  const timeout = heartbeatTimeout ?? (runsJobs ? JOBS_TIMEOUT : TIMEOUT);
  if (timeout === 0) return undefined;
  const interval = Math.min(INTERVAL, Math.ceil(timeout / MISSING));
  return { interval, checks: Math.ceil(timeout / interval) };
}

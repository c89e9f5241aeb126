import type { JobFilter, JobRecord, QueueJob } from '../../../ports.ts';
import { STATE, toState } from './states.ts';

/** A row as `pg` returns it: `bigint` as text. */
export interface Row {
  seq: string;
  id: string;
  effect: string;
  payload: string;
  priority: number;
  attempt: number;
  state: number;
  fence: string;
  enqueued_at: string;
  run_at: string;
  leased_until: string | null;
  key: string | null;
  release: string;
  steps: Record<string, string> | null;
  progress: number | null;
  result: string | null;
  error: string | null;
}

/**
 * Member of `steps` with the trace of the job. A separate column would change the result of a
 * claim. PostgreSQL would then reject the prepared claims of servers that are already running.
 */
export const TRACE = '\u0001traceparent';

function toTraceAndSteps(all: Row['steps']): Pick<QueueJob, 'trace' | 'steps'> {
  if (all === null) return {};
  // Damaged steps stay as they are, so that the engine sees the damage.
  if (typeof all !== 'object' || Array.isArray(all)) return { steps: all };
  const { [TRACE]: trace, ...steps } = all;
  return {
    ...(trace !== undefined && { trace }),
    ...(Object.keys(steps).length > 0 && { steps }),
  };
}

export function toJob(row: Row): QueueJob {
  const { id, effect, payload, attempt, priority, release } = row;
  return {
    id,
    effect,
    payload,
    attempt,
    priority,
    enqueuedAt: Number(row.enqueued_at),
    release,
    ...(row.key !== null && { idempotencyKey: row.key }),
    ...toTraceAndSteps(row.steps),
  };
}

export function toRecord(row: Row, now: number): JobRecord {
  const runAt = Number(row.run_at);
  const leasedUntil = row.leased_until === null ? null : Number(row.leased_until);
  return {
    ...toJob(row),
    state: toState(row.state, runAt, leasedUntil, now),
    runAt,
    ...(row.error !== null && { error: row.error }),
    ...(row.result !== null && { result: row.result }),
    ...(row.progress !== null && { progress: row.progress }),
  };
}

/** Returns the SQL conditions of a filter and adds their values to `values`. `$1` is the time. */
export function toConditions(
  { ids, effects, states }: Omit<JobFilter, 'limit' | 'cursor'>,
  values: unknown[],
): string[] {
  const conditions = [`state <> ${STATE.purged}`];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  if (ids) conditions.push(`id = ANY (${bind(ids)}::text[])`);
  if (effects) conditions.push(`effect = ANY (${bind(effects)}::text[])`);
  if (states) {
    const any = states.map((state) => {
      if (state === 'waiting') {
        return `state = ${STATE.waiting} OR (state = ${STATE.delayed} AND run_at <= $1) OR (state = ${STATE.active} AND leased_until <= $1)`;
      }
      if (state === 'delayed') return `state = ${STATE.delayed} AND run_at > $1`;
      if (state === 'active') return `state = ${STATE.active} AND leased_until > $1`;
      return `state = ${STATE[state]}`;
    });
    conditions.push(
      any.length === 0 ? 'false' : `(${any.map((each) => `(${each})`).join(' OR ')})`,
    );
  }
  return conditions;
}

import type { NewJob } from '../../../ports.ts';
import { DELAYED, WAITING } from './schema.ts';

/**
 * Job of an idempotency key, and the time until which the key allows no second job. The time is
 * `null` until the job has ended.
 */
export interface KnownKey {
  id: string;
  until: number | null;
}

export const FIND_KEY = 'SELECT id, until FROM keys WHERE effect = ? AND key = ?';
export const PUT_KEY = 'INSERT OR REPLACE INTO keys (effect, key, id) VALUES (?, ?, ?)';
/** An enqueue that is repeated because its response was lost makes no second job. */
export const INSERT =
  'INSERT INTO jobs (id, effect, state, priority, run_at, enqueued_at, key, release, trace, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING';

export const isValid = ({ until }: KnownKey, now: number): boolean => until === null || until > now;

/** Returns the values of {@link INSERT}. */
export function toColumns(job: NewJob, now: number): (string | number | null)[] {
  return [
    job.id,
    job.effect,
    job.runAt > now ? DELAYED : WAITING,
    job.priority,
    job.runAt,
    now,
    job.idempotencyKey ?? null,
    job.release,
    job.trace ?? null,
    job.payload,
  ];
}

import type { JobState } from '../../../ports.ts';

/** States as the table stores them. Jobs from `completed` on have ended. */
export const STATE = {
  waiting: 0,
  delayed: 1,
  active: 2,
  completed: 3,
  dead: 4,
  cancelled: 5,
  /** Removed by `purge`; only its key is still stored. */
  purged: 6,
} as const;

const NAMES: (JobState | undefined)[] = [
  'waiting',
  'delayed',
  'active',
  'completed',
  'dead',
  'cancelled',
];

/** Returns the current state: the table changes the state of a due job only when it is claimed. */
export function toState(
  stored: number,
  runAt: number,
  leasedUntil: number | null,
  now: number,
): JobState {
  if (stored === STATE.delayed && runAt <= now) return 'waiting';
  if (stored === STATE.active && leasedUntil !== null && leasedUntil <= now) return 'waiting';
  return NAMES[stored] ?? 'dead';
}

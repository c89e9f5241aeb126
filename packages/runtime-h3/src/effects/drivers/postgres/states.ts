import type { JobState } from '../../../ports.ts';

/** How states stand in the table. From `completed` on nothing runs any more. */
export const STATE = {
  waiting: 0,
  delayed: 1,
  active: 2,
  completed: 3,
  dead: 4,
  cancelled: 5,
  /** Gone for people; its key is still known. */
  purged: 6,
} as const;

export type StoredState = (typeof STATE)[keyof typeof STATE];

const NAMES: (JobState | undefined)[] = [
  'waiting',
  'delayed',
  'active',
  'completed',
  'dead',
  'cancelled',
];

/** What the state is by now: due jobs move when they are claimed. */
export function toState(
  stored: number,
  runAt: number,
  leasedUntil: number | null,
  now: number,
): JobState {
  if (stored === STATE.delayed && runAt <= now) return 'waiting';
  if (stored === STATE.active && leasedUntil !== null && leasedUntil <= now) return 'waiting';
  return NAMES[stored] ?? 'completed';
}

import type { JobState } from '../ports.ts';

/** A job as the code that enqueued it sees it. */
export interface EffectJob {
  id: string;
  effect: string;
  state: JobState;
  attempt: number;
  /** Time of the next attempt, or of the last change if there is no next attempt. */
  runAt: Date;
  /** 0 to 100. */
  progress: number | undefined;
  /** What `run` resolved to, as JSON keeps it. */
  result: unknown;
  /** Error of the last attempt. */
  error: string | undefined;
}

import type { JobState } from '../ports.ts';

/** A job as the code that enqueued it sees it. */
export interface EffectJob {
  id: string;
  effect: string;
  state: JobState;
  attempt: number;
  /** Of the next attempt, or of the last change where there is none. */
  runAt: Date;
  progress: number | undefined;
  /** What `run` resolved to, as JSON keeps it. */
  result: unknown;
  /** Of the last attempt. */
  error: string | undefined;
}

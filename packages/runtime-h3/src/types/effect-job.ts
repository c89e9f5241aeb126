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
  /** Value that `run` resolved to, after a round trip through JSON. */
  result: unknown;
  /** Error of the last attempt. */
  error: string | undefined;
}

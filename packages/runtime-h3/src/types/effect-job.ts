import type { JobState } from '../ports.ts';

interface JobFacts<Name extends string> {
  id: string;
  effect: Name;
  attempt: number;
  /** Time of the next attempt, or of the last change if there is no next attempt. */
  runAt: Date;
  /** 0 to 100. */
  progress: number | undefined;
}

interface CompletedJob<Name extends string, Result> extends JobFacts<Name> {
  state: 'completed';
  /** Value that `run` resolved to, after a round trip through JSON. */
  result: Result;
  /** Error of an earlier attempt. */
  error: string | undefined;
}

interface DeadJob<Name extends string> extends JobFacts<Name> {
  state: 'dead';
  result: undefined;
  /** Error of the last attempt. */
  error: string | undefined;
}

interface OtherJob<Name extends string> extends JobFacts<Name> {
  state: Exclude<JobState, 'completed' | 'dead'>;
  result: undefined;
  /** Error of the last attempt. */
  error: string | undefined;
}

/**
 * A job as the code that enqueued it sees it. `state` narrows it: only a completed job has a result.
 *
 * @example
 * const job = await gctx.effects.wait(id, 'invoice');
 * if (job?.state === 'completed') job.result.url;
 */
export type EffectJob<Name extends string = string, Result = unknown> =
  | CompletedJob<Name, Result>
  | DeadJob<Name>
  | OtherJob<Name>;

/** Options of `gctx.effects.wait`. */
export interface WaitOptions {
  /** Milliseconds; 30,000 by default. After that, the job is returned in its current state. */
  timeout?: number;
  /** Ends the wait too, for example `lctx.signal`. */
  signal?: AbortSignal;
}

/**
 * The type of a value after a round trip through JSON, which is the form in which a job stores its
 * result.
 */
export type AsJson<Value> = Value extends { toJSON(...args: never): infer Json }
  ? Json
  : Value extends string | number | boolean | null | undefined
    ? Value
    : Value extends bigint | symbol | ((...args: never) => unknown)
      ? unknown
      : Value extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ArrayBufferView
        ? unknown
        : Value extends object
          ? { [Key in keyof Value]: AsJson<Value[Key]> }
          : Value;

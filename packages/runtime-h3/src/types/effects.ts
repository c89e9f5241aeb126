import type { GlobalContext, Logger } from './context.ts';

export type { EnqueueOptions } from './enqueue-options.ts';
export type { EffectJob } from './effect-job.ts';

/** What a file in `src/effects` exports. Times are milliseconds. */
export interface EffectFile {
  /** Name of the effect; the file's name by default. */
  effect?: string;
  run(payload: never, ectx: EffectContext): unknown;
  retry?: RetryPolicy;
  /** 5-field cron line, UTC unless `timezone`: runs with the payload `{}`, once for all processes that share the queue. */
  schedule?: string;
  /** IANA name. */
  timezone?: string;
  /** Runs at once: in all processes where the queue keeps order, else in each. With 1, jobs run in the order they came. 10 in each by default. */
  concurrency?: number;
  /** Runs begun within a time, in each process. */
  rateLimit?: RateLimit;
  /** Of one attempt; 5 minutes by default. */
  timeout?: number;
}

export interface RetryPolicy {
  /** With the first; 5 by default. */
  attempts?: number;
  /** Before the second attempt. */
  delay?: number;
  factor?: number;
  max?: number;
}

export interface RateLimit {
  max: number;
  /** Milliseconds. */
  per: number;
}

export interface EffectContext {
  id: string;
  effect: string;
  /** From 1. */
  attempt: number;
  idempotencyKey: string | undefined;
  /** Aborts at the timeout, when the lease is lost and when the process ends. */
  signal: AbortSignal;
  logger: Logger;
  release: { version: string; id: string };
  gctx: GlobalContext;
  /** From 0 to 100; resolves when it is stored. */
  progress(percent: number): Promise<void>;
  /**
   * What `work` resolves to is stored under this name, and later attempts get it without running `work` again.
   * It comes as JSON keeps it, also the first time. A name stands once in a run.
   */
  step<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result>;
}

import type { GlobalContext, Logger } from './context.ts';
import type { StandardSchema } from './standard-schema.ts';

export type { EnqueueOptions } from './enqueue-options.ts';
export type { EffectJob, WaitOptions } from './effect-job.ts';

/**
 * Exports of a file in `src/effects`. Times are milliseconds.
 *
 * @example
 * export const retry = { attempts: 3 };
 * export async function run(payload: { to: string }, ectx: EffectContext): Promise<void> {
 *   await ectx.step('send', () => sendMail(payload.to, ectx.signal));
 * }
 */
export interface EffectFile {
  /** Name of the effect; by default the name of the file. */
  effect?: string;
  /**
   * Schema of the payload. `enqueue` takes its input and validates it; `run` gets its output. By
   * default the payload is the first parameter of `run`, checked by its type.
   */
  payload?: StandardSchema;
  /** Runs one job. The value that it resolves to is the job's result. */
  run(payload: never, ectx: EffectContext): unknown;
  retry?: RetryPolicy;
  /**
   * 5-field cron line, in UTC unless `timezone` is set. Runs with the payload `{}`, once for all
   * processes that share the queue.
   */
  schedule?: string;
  /** IANA name. */
  timezone?: string;
  /**
   * Maximum number of simultaneous runs: in all processes together if the queue keeps order,
   * otherwise in each process. With 1, jobs run in the order in which they were enqueued. By
   * default 10 in each process.
   */
  concurrency?: number;
  /** Maximum number of runs that start within a period, in each process. */
  rateLimit?: RateLimit;
  /** Milliseconds per attempt; 5 minutes by default. */
  timeout?: number;
}

/** Rules for the retries of a failed run. Times are milliseconds. */
export interface RetryPolicy {
  /** Number of attempts, including the first; 5 by default. */
  attempts?: number;
  /** Pause before the second attempt; 1,000 by default. */
  delay?: number;
  /** Factor by which each further pause grows; 2 by default. */
  factor?: number;
  /** Longest pause; 5 minutes by default. */
  max?: number;
}

export interface RateLimit {
  /** Number of runs that may start within `per`. */
  max: number;
  /** Milliseconds. */
  per: number;
}

/**
 * Second parameter of an effect's `run`: the job, a logger, a signal, steps and progress. An
 * attempt that throws is retried, unless the error has `retryable: false`.
 *
 * @example
 * export async function run(payload: { id: string }, ectx: EffectContext): Promise<void> {
 *   const receipt = await ectx.step('charge', () => charge(payload.id, ectx.signal));
 *   await ectx.step('mail', () => mail(receipt));
 * }
 */
export interface EffectContext {
  /** Id of the job. */
  id: string;
  /** Name of the effect. */
  effect: string;
  /** Number of the attempt, from 1. */
  attempt: number;
  /** Key that the job was enqueued with; of a scheduled run, its tick. */
  idempotencyKey: string | undefined;
  /** Aborts at the timeout, when the lease is lost and when the process ends. */
  signal: AbortSignal;
  /** Logger with effect, job id and attempt on every line. */
  logger: Logger;
  /** Release whose code runs the job. */
  release: { version: string; id: string };
  gctx: GlobalContext;
  /** Stores the progress, 0 to 100. Resolves when it is stored. */
  progress(percent: number): Promise<void>;
  /**
   * Runs `work` and stores its result under `name`. Later attempts get that result without running
   * `work` again. The result has passed through JSON, also the first time.
   *
   * @throws {GatiError} GATI_EFFECT_STEP when a run uses a name twice or the queue can't store the
   * result
   */
  step<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result>;
}

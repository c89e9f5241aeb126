import type { GlobalContext, Logger } from '../context/types.ts';

export type { EnqueueOptions } from './enqueue-options.ts';

/** What a file in `src/effects` exports. Times are milliseconds. */
export interface EffectFile {
  /** Name of the effect; the file's name by default. */
  effect?: string;
  run(payload: never, ectx: EffectContext): unknown;
  retry?: RetryPolicy;
  /** 5-field cron line, UTC unless `timezone`. */
  schedule?: string;
  timezone?: string;
  concurrency?: number;
  timeout?: number;
}

export interface RetryPolicy {
  attempts?: number;
  /** Before the second attempt. */
  delay?: number;
  factor?: number;
  max?: number;
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
}

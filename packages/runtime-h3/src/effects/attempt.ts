import { GatiError } from '@gati/contract';
import type { GlobalContext, Logger } from '../context/types.ts';
import type { QueueJob } from '../ports.ts';
import { bindLogger } from '../telemetry/logger.ts';
import { stringifyWire } from '../validate/encode.ts';
import type { EffectContext, EffectFile } from './types.ts';

/** Milliseconds. */
const DEFAULT_TIMEOUT = 5 * 60_000;

export interface Attempt {
  file: EffectFile;
  job: QueueJob;
  payload: unknown;
  abort: AbortController;
  gctx: GlobalContext;
  logger: Logger;
}

/** One run of one job: gives its result as JSON text, or throws what `run` threw or `GATI_EFFECT_TIMEOUT`. */
export async function attempt({ file, job, payload, abort, gctx, logger }: Attempt): Promise<string | undefined> {
  const timeout = file.timeout ?? DEFAULT_TIMEOUT;
  const timer = setTimeout(() => abort.abort(toTimeout(job.effect, timeout)), timeout);
  const fields = { effect: job.effect, job: job.id, attempt: job.attempt };
  const ectx: EffectContext = {
    id: job.id,
    effect: job.effect,
    attempt: job.attempt,
    idempotencyKey: job.idempotencyKey,
    signal: abort.signal,
    logger: bindLogger(logger, fields),
    release: { version: gctx.release.version, id: gctx.release.id },
    gctx,
  };
  try {
    // A `run` that ignores the signal must not hold its place for ever.
    const aborted = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error), { once: true });
    });
    const run = file.run as (payload: unknown, ectx: EffectContext) => unknown;
    const result = await Promise.race([(async () => run(payload, ectx))(), aborted]);
    return result === undefined ? undefined : stringifyWire(result);
  } finally {
    clearTimeout(timer);
  }
}

/** An error says by `retryable: false` that another attempt can't help. */
export function isRetryable(error: unknown): boolean {
  return !(typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === false);
}

function toTimeout(effect: string, timeout: number): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_TIMEOUT',
    level: 'error',
    message: `The effect "${effect}" ran longer than ${timeout} ms.`,
    fix: 'Pass ectx.signal to what it waits for, and export a larger `timeout` where the work is that long.',
  });
}

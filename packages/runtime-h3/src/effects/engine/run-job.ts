import { GatiError } from '@gati/contract';
import type { Logger } from '../../types/context.ts';
import type { Lease, QueueDriver } from '../../ports.ts';
import { bindLogger } from '../../telemetry/log/logger.ts';
import { stringifyWire } from '../../validate/encode.ts';
import type { JobPlan } from './job-release.ts';
import { toSettings } from '../effect-settings.ts';
import type { Run } from './run-log.ts';
import { createStep } from './steps.ts';
import type { EffectContext, EffectFile } from '../../types/effects.ts';

/** One run of a job, with all that it needs. */
export interface JobRun {
  file: EffectFile;
  lease: Lease;
  plan: JobPlan;
  abort: AbortController;
  driver: QueueDriver;
  logger: Logger;
  run: Run;
}

/**
 * Runs one job once. Resolves to its result as JSON text. Throws what `run` threw or the reason of
 * the abort.
 *
 * @throws {GatiError} GATI_EFFECT_TIMEOUT when the run takes longer than the effect's `timeout`
 */
export async function runJob({
  file,
  lease,
  plan,
  abort,
  driver,
  logger,
  run,
}: JobRun): Promise<string | undefined> {
  const { job } = lease;
  const { signal } = abort;
  const gctx = plan.release.gctx();
  const { timeout } = toSettings(file);
  const timer = setTimeout(() => abort.abort(effectTimeoutError(job.effect, timeout)), timeout);
  const ectx: EffectContext = {
    id: job.id,
    effect: job.effect,
    attempt: job.attempt,
    idempotencyKey: job.idempotencyKey,
    signal,
    logger: bindLogger(logger, { effect: job.effect, job: job.id, attempt: job.attempt }),
    release: { version: gctx.release.version, id: gctx.release.id },
    gctx,
    progress: async (percent) =>
      void (await driver.saveProgress?.(lease, Math.min(100, Math.max(0, percent)))),
    step: createStep(lease, driver, signal, run.tracer),
  };
  let onAbort = (): void => {};
  try {
    // A `run` that ignores the signal must not count as running forever.
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason as Error);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
    const runFile = file.run as (payload: unknown, ectx: EffectContext) => unknown;
    const result = await Promise.race([(async () => runFile(plan.payload, ectx))(), aborted]);
    // A run that did its work must not be repeated because of its result.
    return result === undefined ? undefined : stringifyWire(result, true);
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
}

/** Returns `false` for an error with `retryable: false`: another attempt can't help. */
export function isRetryable(error: unknown): boolean {
  return !(
    typeof error === 'object' &&
    error !== null &&
    'retryable' in error &&
    error.retryable === false
  );
}

function effectTimeoutError(effect: string, timeout: number): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_TIMEOUT',
    message: `The effect "${effect}" ran longer than ${timeout} ms.`,
    fix: 'Pass ectx.signal to the calls that it waits for. If the work needs more time, export a larger `timeout`.',
  });
}

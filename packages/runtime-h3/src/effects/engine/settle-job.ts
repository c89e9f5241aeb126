import { setTimeout as sleep } from 'node:timers/promises';
import { bindLogger } from '../../telemetry/log/logger.ts';
import type { Logger } from '../../types/context.ts';
import type { QueueDriver } from '../../ports.ts';
import { runJob, isRetryable } from './run-job.ts';
import { backoffDelay } from './backoff.ts';
import { checkJob } from './damaged-job.ts';
import {
  type CurrentVersion,
  type ReleaseEffects,
  type MigratePayload,
  ReleaseChangedError,
  RetryLaterError,
  type ReleaseOf,
  type JobPlan,
  chooseRelease,
} from './job-release.ts';
import { type RunningJob, InterruptedError } from './leases.ts';
import type { RunOutcome } from '../../types/telemetry.ts';
import type { RunLog } from './run-log.ts';
import { toSettings } from '../effect-settings.ts';
import { toSourceStack } from '../../telemetry/log/source-stack.ts';
import type { EffectFile, RetryPolicy } from '../../types/effects.ts';

/** Attempts that a job gets beyond its own, for processes that ended while they ran it. */
const EXTRA_ATTEMPTS = 20;
/** Pause before the next try if the release of a job can't be loaded. Milliseconds. */
const LOAD_RELEASE_PAUSE = 5000;
/** Pause before the next try if the file of an effect can't be loaded. Milliseconds. */
const LOAD_FILE_PAUSE = 1000;
/**
 * Pause before the next try if another release became current: its engine starts first.
 * Milliseconds.
 */
const RELEASE_CHANGED_PAUSE = 1000;
/** Longest pause before another try to store an outcome. Milliseconds. */
const LONGEST_STORE_PAUSE = 2000;

/** Parts and settings of the engine that settling a job needs. */
export interface SettleContext {
  driver: QueueDriver;
  logger: Logger;
  current: ReleaseEffects;
  releaseOf: ReleaseOf | undefined;
  migrate: MigratePayload | undefined;
  currentVersion: CurrentVersion | undefined;
  /** `false`: a retry is due immediately. */
  backoff: boolean;
  beginRun: RunLog;
}

export interface SettleOptions extends SettleContext {
  /** Called when the run is over, before its outcome is stored. */
  onRunEnded(): void;
  /** Called when the job is due again in `milliseconds`. */
  onDueAgain(milliseconds: number): void;
}

interface Prepared {
  plan: JobPlan;
  file: EffectFile;
}

/** Runs one claimed job and stores its outcome: completed, to be retried, or dead with a reason. */
export async function settleJob(running: RunningJob, options: SettleOptions): Promise<void> {
  const { driver, logger, onRunEnded } = options;
  const { lease, abort } = running;
  const { job } = lease;
  try {
    checkJob(job);
  } catch (error) {
    const message = 'a job is damaged in the queue, so it is a dead letter';
    return storeDead(running, error, message, options);
  }
  if (job.notBefore !== undefined && job.notBefore > Date.now()) return postpone(running, options);
  const prepared = await prepare(running, options);
  // After a slow load or a suspension of the process, another process may already run the job.
  if (!prepared || performance.now() > running.until) return;
  const { file, plan } = prepared;
  const { retry } = toSettings(file);
  if (job.attempt > retry.attempts + EXTRA_ATTEMPTS) {
    const reason = `${job.attempt - 1} runs did not finish, the last ones because their process ended`;
    const message = 'an effect ended its process too often, so its job is a dead letter';
    return storeDead(running, new Error(reason), message, options);
  }
  const { version } = plan.release.gctx().release;
  const run = options.beginRun(lease, plan);
  const inRun = { ...options, logger: bindLogger(logger, run.ids) };
  let result: string | undefined;
  try {
    result = await run.enter(() =>
      runJob({ file, lease, plan, abort, driver, logger: inRun.logger, run }),
    );
  } catch (error) {
    run.end(outcomeOf(error, job.attempt >= retry.attempts), { error });
    return storeFailure(running, error, retry, {
      ...inRun,
      logger: bindLogger(inRun.logger, { version }),
    });
  }
  run.end('completed', { result });
  onRunEnded();
  await storeOutcome(running, inRun.logger, () => driver.ack(lease, result));
}

function outcomeOf(error: unknown, isLast: boolean): RunOutcome {
  if (error instanceof InterruptedError) return 'interrupted';
  return isLast || !isRetryable(error) ? 'dead' : 'retried';
}

/** Stores that a run failed: the job is due again or a dead letter. */
async function storeFailure(
  running: RunningJob,
  error: unknown,
  retry: Required<RetryPolicy>,
  options: SettleOptions,
): Promise<void> {
  const { driver, logger, onRunEnded, backoff } = options;
  const { lease } = running;
  const { effect, id, attempt } = lease.job;
  const outcome = outcomeOf(error, attempt >= retry.attempts);
  if (outcome === 'interrupted') {
    // If the lease is lost, its new holder runs the job. Otherwise the job becomes due at once for
    // another process.
    onRunEnded();
    if (running.until > 0)
      await storeOutcome(running, logger, () => driver.retry(lease, Date.now(), textOf(error)));
  } else if (outcome === 'dead') {
    const message = 'an effect failed permanently, so its job is a dead letter';
    await storeDead(running, error, message, options);
  } else {
    const wait = backoff ? backoffDelay(retry, attempt) : 0;
    logger.warn('an effect failed and is retried', { effect, job: id, attempt, wait, error });
    await storeRetry(running, wait, error, options);
  }
}

/**
 * Chooses the release of a job and loads its file. Resolves to `undefined` if the job is settled.
 */
async function prepare(running: RunningJob, options: SettleOptions): Promise<Prepared | undefined> {
  const { current, releaseOf, migrate, currentVersion, logger } = options;
  const { job } = running.lease;
  let plan: JobPlan;
  try {
    plan = await chooseRelease(job, current, releaseOf, migrate, currentVersion);
  } catch (error) {
    if (error instanceof ReleaseChangedError) {
      await storeRetry(running, RELEASE_CHANGED_PAUSE, error, options);
    } else if (error instanceof RetryLaterError) {
      const { effect, id, attempt, release } = job;
      logger.error("a release with queued jobs can't be loaded", {
        effect,
        job: id,
        attempt,
        release,
        error,
      });
      await storeRetry(running, LOAD_RELEASE_PAUSE, error, options);
    } else {
      const message = 'a job does not match its effect, so it is a dead letter';
      await storeDead(running, error, message, options);
    }
    return undefined;
  }
  try {
    return { plan, file: await plan.effect.load() };
  } catch (error) {
    // In development the next edit may bring the file back.
    await storeRetry(running, LOAD_FILE_PAUSE, error, options);
    return undefined;
  }
}

/**
 * Enqueues the job again, since the driver could not delay it long enough. If the process dies in
 * between, the job exists twice rather than not at all.
 */
async function postpone(
  running: RunningJob,
  { driver, logger, onRunEnded }: SettleOptions,
): Promise<void> {
  const { job } = running.lease;
  const { attempt: _, enqueuedAt: __, steps: ___, ...again } = job;
  onRunEnded();
  await storeOutcome(running, logger, async () => {
    await driver.enqueue([
      { ...again, runAt: Math.min(job.notBefore!, Date.now() + driver.caps.maxDelay) },
    ]);
    return driver.ack(running.lease);
  });
}

/** Makes the job a dead letter. `message`: for the log. */
async function storeDead(
  running: RunningJob,
  error: unknown,
  message: string,
  { driver, logger, onRunEnded }: SettleOptions,
): Promise<void> {
  const { effect, id, attempt } = running.lease.job;
  logger.error(message, { effect, job: id, attempt, error });
  onRunEnded();
  await storeOutcome(running, logger, () => driver.dead(running.lease, textOf(error)));
}

/** Makes the job due again in `wait` milliseconds. */
async function storeRetry(
  running: RunningJob,
  wait: number,
  error: unknown,
  { driver, logger, onRunEnded, onDueAgain }: SettleOptions,
): Promise<void> {
  onRunEnded();
  const pause = Math.min(wait, driver.caps.maxDelay);
  await storeOutcome(running, logger, () =>
    driver.retry(running.lease, Date.now() + pause, textOf(error)),
  );
  onDueAgain(pause);
}

/**
 * Stores how a job ended. Tries again while the lease is valid: a disk that was full for a moment
 * does not cost a second run.
 */
async function storeOutcome(
  running: RunningJob,
  logger: Logger,
  store: () => Promise<boolean>,
): Promise<void> {
  const { effect, id, attempt } = running.lease.job;
  const fields = { effect, job: id, attempt };
  for (let wait = 50; ; wait = Math.min(2 * wait, LONGEST_STORE_PAUSE)) {
    try {
      if (!(await store()))
        logger.warn(
          'the lease of a job was lost before its outcome was stored, so the job runs again',
          fields,
        );
      return;
    } catch (error) {
      if (performance.now() + wait > running.until)
        return logger.error('the outcome of a job could not be stored, so the job runs again', {
          ...fields,
          error,
        });
      logger.warn('the outcome of a job could not be stored; the worker tries again', {
        ...fields,
        error,
        wait,
      });
    }
    await sleep(wait);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? toSourceStack(error.stack ?? error.message) : String(error);
}

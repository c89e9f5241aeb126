import type { Logger } from '../../types/context.ts';
import type { QueueDriver } from '../../ports.ts';
import { runJob, isRetryable } from './run-job.ts';
import { backoffDelay } from './backoff.ts';
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
import { toSettings } from '../effect-settings.ts';
import type { EffectFile } from '../../types/effects.ts';

/** Attempts beyond its own that a job gets for processes that were killed or rolled while they ran it. */
const INTERRUPTIONS = 20;
/** Pause before a job is looked at again whose release can't be loaded. Milliseconds. */
const NOT_NOW = 5000;
/** Until the engine of another release has begun. Milliseconds. */
const SOON = 1000;
/** Pauses before another try to store how a job ended. Milliseconds. */
const LONGEST_PAUSE = 2000;

export interface SettleOptions {
  driver: QueueDriver;
  logger: Logger;
  current: ReleaseEffects;
  releaseOf: ReleaseOf | undefined;
  migrate: MigratePayload | undefined;
  currentVersion: CurrentVersion | undefined;
  /** `false`: a retry is due at once. */
  backoff: boolean;
  /** The run is over, its end not yet stored. */
  onOver(): void;
  /** The job is due again in so many milliseconds. */
  onAgain(milliseconds: number): void;
}

/** Brings one claimed job to its end: completed, to be tried again, or dead, each with its reason. */
export async function settleJob(held: RunningJob, options: SettleOptions): Promise<void> {
  const { driver, logger, current, releaseOf, migrate, currentVersion } = options;
  const { lease, abort } = held;
  const { job } = lease;
  const fields = { effect: job.effect, job: job.id, attempt: job.attempt };
  const die = async (error: unknown, why: string): Promise<void> => {
    logger.error(why, { ...fields, error });
    options.onOver();
    await storeOutcome(held, logger, () => driver.dead(lease, messageOf(error)));
  };
  const again = async (wait: number, error: unknown): Promise<void> => {
    options.onOver();
    const pause = Math.min(wait, driver.caps.maxDelay);
    await storeOutcome(held, logger, () =>
      driver.retry(lease, Date.now() + pause, messageOf(error)),
    );
    options.onAgain(pause);
  };

  if (job.notBefore !== undefined && job.notBefore > Date.now()) return postpone(held, options);
  let plan: JobPlan;
  let file: EffectFile;
  try {
    plan = await chooseRelease(job, current, releaseOf, migrate, currentVersion);
  } catch (error) {
    if (error instanceof ReleaseChangedError) return again(SOON, error);
    if (error instanceof RetryLaterError) {
      logger.error("a release with queued jobs can't be loaded", {
        ...fields,
        release: job.release,
        error,
      });
      return again(NOT_NOW, error);
    }
    return die(error, 'a queued job does not fit its effect: dead letter');
  }
  try {
    file = await plan.effect.load();
  } catch (error) {
    // In development the next edit may bring the file back.
    return again(1000, error);
  }
  // Loading took so long, or the process stood still: another may run it by now.
  if (performance.now() > held.until) return;
  const { retry } = toSettings(file);
  if (job.attempt > retry.attempts + INTERRUPTIONS) {
    return die(
      new Error(
        `${job.attempt - 1} runs did not finish, the last ones because their process ended`,
      ),
      'an effect ended its process too often: dead letter',
    );
  }
  try {
    const result = await runJob({ file, lease, plan, abort, driver, logger });
    options.onOver();
    await storeOutcome(held, logger, () => driver.ack(lease, result));
  } catch (error) {
    if (error instanceof InterruptedError) {
      // Whoever has the lease now has the job; where it is still ours, it goes on elsewhere.
      options.onOver();
      if (held.until > 0)
        await storeOutcome(held, logger, () => driver.retry(lease, Date.now(), messageOf(error)));
    } else if (job.attempt >= retry.attempts || !isRetryable(error)) {
      await die(error, 'an effect failed permanently: dead letter');
    } else {
      const wait = options.backoff ? backoffDelay(retry, job.attempt) : 0;
      logger.warn('an effect failed and is tried again', { ...fields, wait, error });
      await again(wait, error);
    }
  }
}

/** The job came as early as its driver could hold it: it goes round again. A second copy is better than none. */
async function postpone(
  held: RunningJob,
  { driver, logger, onOver }: SettleOptions,
): Promise<void> {
  const { job } = held.lease;
  const { attempt: _, enqueuedAt: __, steps: ___, ...again } = job;
  onOver();
  await storeOutcome(held, logger, async () => {
    await driver.enqueue([
      { ...again, runAt: Math.min(job.notBefore!, Date.now() + driver.caps.maxDelay) },
    ]);
    return driver.ack(held.lease);
  });
}

/** Stores how a job ended, again and again while the lease is held: a disk that was full for a moment costs no second run. */
async function storeOutcome(
  held: RunningJob,
  logger: Logger,
  store: () => Promise<boolean>,
): Promise<void> {
  const { effect, id, attempt: count } = held.lease.job;
  const fields = { effect, job: id, attempt: count };
  for (let wait = 50; ; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
    try {
      if (!(await store()))
        logger.warn('the lease of a job was lost before its end was stored: it runs again', fields);
      return;
    } catch (error) {
      if (performance.now() + wait > held.until)
        return logger.error('the end of a job could not be stored: it runs again', {
          ...fields,
          error,
        });
      logger.warn('the end of a job could not be stored and is tried again', {
        ...fields,
        error,
        wait,
      });
    }
    await new Promise((resolve) => {
      setTimeout(resolve, wait);
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

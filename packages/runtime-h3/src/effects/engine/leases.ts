import type { Logger } from '../../types/context.ts';
import type { Lease, QueueDriver } from '../../ports.ts';

/** Milliseconds. */
export const DEFAULT_LEASE = 30_000;

/** Aborts a run for a reason that does not count as a failed attempt. */
export class InterruptedError extends Error {}

/** A job that runs in this process. */
export interface RunningJob {
  lease: Lease;
  abort: AbortController;
  /** Monotonic milliseconds until which the lease is certainly valid; 0: it is lost. */
  until: number;
  renewing: boolean;
}

/** The leases of all jobs that run in this process. */
export interface Leases {
  readonly running: ReadonlySet<RunningJob>;
  /**
   * `claimedAt`: monotonic milliseconds just before the claim, so the lease can't have begun
   * earlier.
   */
  add(lease: Lease, claimedAt: number): RunningJob;
  remove(running: RunningJob): void;
  stop(): void;
}

/**
 * Renews the leases of all running jobs with one timer. A job that loses its lease is aborted,
 * since another process may run it by then. `duration`: milliseconds.
 */
export function createLeases(driver: QueueDriver, logger: Logger, duration: number): Leases {
  const running = new Set<RunningJob>();

  const renew = async (job: RunningJob): Promise<void> => {
    job.renewing = true;
    const renewedAt = performance.now();
    const { effect, id } = job.lease.job;
    try {
      if (await driver.extend(job.lease, duration)) job.until = renewedAt + duration;
      else lose(job);
    } catch (error) {
      logger.warn('a lease could not be extended', { error, effect, job: id });
    } finally {
      job.renewing = false;
    }
  };

  const lose = (job: RunningJob): void => {
    job.until = 0;
    job.abort.abort(new InterruptedError('the lease of this job was lost'));
  };

  const renewDue = (): void => {
    const now = performance.now();
    for (const job of running) {
      if (job.until > 0 && now > job.until) lose(job);
      else if (!job.renewing && job.until > 0 && now > job.until - (duration * 2) / 3)
        void renew(job);
    }
  };
  const timer = setInterval(renewDue, duration / 30);
  timer.unref();

  return {
    running,
    add(lease, claimedAt) {
      const job: RunningJob = {
        lease,
        abort: new AbortController(),
        until: claimedAt + duration,
        renewing: false,
      };
      running.add(job);
      return job;
    },
    remove: (job) => void running.delete(job),
    stop: () => clearInterval(timer),
  };
}

import type { Lease } from '../../ports.ts';
import { createLeases, InterruptedError } from './leases.ts';
import { settleJob, type SettleContext } from './settle-job.ts';

export interface JobRunnerOptions extends SettleContext {
  /** Milliseconds. */
  lease: number;
  /** Called once per job, when its run is over: there is room for another run of the effect. */
  onRunEnded(effect: string): void;
  /** Called when a job is due again in `milliseconds`. */
  onDueAgain(milliseconds: number): void;
  /** Called when a job's outcome is stored, or could not be stored. */
  onSettled(): void;
}

/** Runs claimed jobs and stores their outcomes. */
export interface JobRunner {
  /** Number of jobs whose outcome is not settled yet. */
  readonly running: number;
  /** `claimedAt`: monotonic milliseconds before the claim. */
  run(lease: Lease, claimedAt: number): Promise<void>;
  /** Aborts all runs, since the process ends. They do not count as failed attempts. */
  abortAll(): void;
  /** Stops renewing leases. */
  stop(): void;
}

export function createJobRunner({
  lease: duration,
  onRunEnded,
  onDueAgain,
  onSettled,
  ...context
}: JobRunnerOptions): JobRunner {
  const { driver, logger } = context;
  const leases = createLeases(driver, logger, duration);
  let running = 0;

  return {
    get running() {
      return running;
    },

    async run(lease, claimedAt) {
      const job = leases.add(lease, claimedAt);
      running++;
      let ended = false;
      const endRun = (): void => {
        if (ended) return;
        ended = true;
        onRunEnded(lease.job.effect);
      };
      try {
        await settleJob(job, { ...context, onRunEnded: endRun, onDueAgain });
      } catch (error) {
        logger.error('the outcome of a job could not be stored', {
          error,
          effect: lease.job.effect,
          job: lease.job.id,
        });
      } finally {
        endRun();
        leases.remove(job);
        running--;
        onSettled();
      }
    },

    abortAll() {
      for (const { abort } of leases.running)
        abort.abort(new InterruptedError('the process is ending'));
    },

    stop: () => leases.stop(),
  };
}

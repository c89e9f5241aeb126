import type { Logger } from '../../types/context.ts';
import type { Lease, QueueDriver } from '../../ports.ts';

/** Milliseconds. */
export const LEASE = 30_000;

/** Why a run was aborted that is not to be counted against it. */
export class InterruptedError extends Error {}

export interface RunningJob {
  lease: Lease;
  abort: AbortController;
  /** Steady milliseconds until which the lease is surely held. */
  until: number;
  renewing: boolean;
}

export interface Leases {
  readonly running: ReadonlySet<RunningJob>;
  /** `asked`: steady milliseconds at which it was claimed at the earliest. */
  add(lease: Lease, asked: number): RunningJob;
  remove(held: RunningJob): void;
  stop(): void;
}

/** Heartbeats of all jobs that run here, by one timer. A job whose lease is lost is aborted: another may run it by now. */
export function createLeases(driver: QueueDriver, logger: Logger, lease: number): Leases {
  const running = new Set<RunningJob>();

  const renew = async (one: RunningJob): Promise<void> => {
    one.renewing = true;
    const asked = performance.now();
    const { effect, id } = one.lease.job;
    try {
      if (await driver.extend(one.lease, lease)) one.until = asked + lease;
      else lose(one);
    } catch (error) {
      logger.warn('a lease could not be extended', { error, effect, job: id });
    } finally {
      one.renewing = false;
    }
  };

  const lose = (one: RunningJob): void => {
    one.until = 0;
    one.abort.abort(new InterruptedError('the lease of this job was lost'));
  };

  const beat = (): void => {
    const now = performance.now();
    for (const one of running) {
      if (one.until > 0 && now > one.until) lose(one);
      else if (!one.renewing && one.until > 0 && now > one.until - (lease * 2) / 3) void renew(one);
    }
  };
  const timer = setInterval(beat, lease / 30);
  timer.unref();

  return {
    running,
    add(claimed, asked) {
      const one: RunningJob = {
        lease: claimed,
        abort: new AbortController(),
        until: asked + lease,
        renewing: false,
      };
      running.add(one);
      return one;
    },
    remove: (one) => void running.delete(one),
    stop: () => clearInterval(timer),
  };
}

import type { Logger } from '../../types/context.ts';
import { getOrCreate } from '../../collections/get-or-create.ts';
import type { ClaimRequest, Lease, QueueDriver } from '../../ports.ts';
import { RateWindow } from './rate-window.ts';
import { toSettings } from '../effect-settings.ts';
import type { EffectFile } from '../../types/effects.ts';

/** How often the queue is asked though nothing told of a job: a driver that can't call back, and one that can. Milliseconds. */
const POLL = 1000;
const POLL_BESIDE = 5000;

export interface ClaimLoopOptions {
  driver: QueueDriver;
  logger: Logger;
  /** Milliseconds. */
  lease: number;
  /** Effects that may have jobs, with their code. */
  files(): Promise<Map<string, EffectFile | undefined>>;
  /** `asked`: steady milliseconds before the lease began. */
  run(lease: Lease, asked: number): void;
  /** It has just stood still. */
  onRest(): void;
}

export interface ClaimLoop {
  start(): void;
  /** Something may have become due. */
  signal(): void;
  /** There may be room again. */
  look(): void;
  /** A run of this effect is over. */
  over(effect: string): void;
  stop(): void;
  readonly busy: boolean;
}

interface Lane {
  running: number;
  rate: RateWindow;
  /** The count of signals at which the queue had nothing more for this effect. */
  dryAt: number;
}

/** Claims as many jobs as there is room for, one call at a time. */
export function createClaimLoop({
  driver,
  logger,
  lease,
  files,
  run,
  onRest,
}: ClaimLoopOptions): ClaimLoop {
  const lanes = new Map<string, Lane>();
  let signals = 0;
  let active = false;
  let pumping = false;
  let again = false;
  let poll: NodeJS.Timeout | undefined;
  let rateTimer: NodeJS.Timeout | undefined;
  let stopReady: (() => void) | undefined;

  const laneOf = (effect: string): Lane =>
    getOrCreate(lanes, effect, () => ({ running: 0, rate: new RateWindow(), dryAt: -1 }));

  const requests = async (): Promise<ClaimRequest[]> => {
    const wanted: ClaimRequest[] = [];
    const now = performance.now();
    let wake = Infinity;
    for (const [effect, file] of await files()) {
      const lane = laneOf(effect);
      const { concurrency, limited, rateLimit } = toSettings(file);
      // Where a limit counts in all processes, one of them may have made room without a word.
      if (!(limited && driver.caps.ordered) && lane.dryAt === signals) continue;
      let count = concurrency - lane.running;
      if (rateLimit && count > 0) {
        count = Math.min(count, lane.rate.room(rateLimit, now));
        if (count <= 0) wake = Math.min(wake, lane.rate.next(rateLimit));
      }
      if (count <= 0) continue;
      if (concurrency === 1) wanted.push({ effect, count: 1, exclusive: true });
      else wanted.push({ effect, count, ...(limited && { limit: concurrency }) });
    }
    clearTimeout(rateTimer);
    if (wake < Infinity) rateTimer = setTimeout(look, Math.max(1, wake - now));
    return wanted;
  };

  const take = async (): Promise<void> => {
    for (;;) {
      const wanted = await requests();
      if (wanted.length === 0 || !active) return;
      const at = signals;
      const asked = performance.now();
      const leases = await driver.claim(wanted, lease);
      const now = performance.now();
      for (const { effect, count } of wanted) {
        const given = leases.filter((lease) => lease.job.effect === effect).length;
        const lane = laneOf(effect);
        lane.running += given;
        lane.rate.begin(now, given);
        // A queue without order may give few at a time though it has more.
        if (given === 0 || (driver.caps.ordered && given < count)) lane.dryAt = at;
      }
      for (const one of leases) run(one, asked);
      if (leases.length === 0) return;
    }
  };

  const look = (): void => {
    if (!active) return;
    if (pumping) {
      again = true;
      return;
    }
    pumping = true;
    again = false;
    take()
      .catch((error: unknown) => {
        logger.error('the queue does not answer', { error });
        // The next poll tries again.
        again = false;
      })
      .finally(() => {
        pumping = false;
        if (again) look();
        else onRest();
      });
  };

  const signal = (): void => {
    signals++;
    look();
  };

  return {
    start() {
      active = true;
      stopReady = driver.onReady?.(signal);
      poll = setInterval(signal, stopReady ? POLL_BESIDE : POLL);
      poll.unref();
      signal();
    },
    signal,
    look,
    over(effect) {
      laneOf(effect).running--;
      look();
    },
    stop() {
      active = false;
      stopReady?.();
      clearInterval(poll);
      clearTimeout(rateTimer);
    },
    get busy() {
      return pumping;
    },
  };
}

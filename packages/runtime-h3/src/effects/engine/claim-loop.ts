import type { Logger } from '../../types/context.ts';
import { getOrCreate } from '../../collections/get-or-create.ts';
import type { ClaimRequest, Lease, QueueDriver } from '../../ports.ts';
import { createPauses } from './pauses.ts';
import { RateWindow } from './rate-window.ts';
import { toSettings } from '../effect-settings.ts';
import type { EffectFile } from '../../types/effects.ts';

/** Milliseconds between polls if the driver can't call back. */
const POLL_INTERVAL = 1000;
/** Milliseconds between polls if the driver calls back, in case a callback is lost. */
const FALLBACK_INTERVAL = 5000;

export interface ClaimLoopOptions {
  driver: QueueDriver;
  logger: Logger;
  /** Milliseconds. */
  lease: number;
  /** Effects that may have jobs, with their code. */
  files(): Promise<Map<string, EffectFile | undefined>>;
  /**
   * Returns the maximum number of running jobs of an effect that a person has set. Effects that
   * declare `concurrency: 1` keep it, since their code may rely on it.
   */
  limitOf(effect: string): number | undefined;
  /** Called for each claimed job. `claimedAt`: monotonic milliseconds before the claim. */
  run(lease: Lease, claimedAt: number): void;
  /** Called when a claim is over and no other follows. */
  onIdle(): void;
}

export interface ClaimLoop {
  start(): void;
  /** Claims again, since jobs may have become due. */
  jobsReady(): void;
  /** Claims again, since there may be room for more jobs. */
  claim(): void;
  /** Makes room for another run of this effect. */
  runEnded(effect: string): void;
  stop(): void;
  /** A claim is under way. */
  readonly busy: boolean;
}

/** Runs of one effect in this process. */
interface Lane {
  running: number;
  starts: RateWindow;
  /** Value of `readySignals` at which the queue had no more jobs of this effect. */
  emptyAt: number;
}

/** Creates a loop that claims as many jobs as there is room for, one call at a time. */
export function createClaimLoop({
  driver,
  logger,
  lease,
  files,
  limitOf,
  run,
  onIdle,
}: ClaimLoopOptions): ClaimLoop {
  const lanes = new Map<string, Lane>();
  const readPaused = createPauses(driver);
  let readySignals = 0;
  let active = false;
  let claiming = false;
  let claimAgain = false;
  let poll: NodeJS.Timeout | undefined;
  let rateTimer: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;

  const laneOf = (effect: string): Lane =>
    getOrCreate(lanes, effect, () => ({ running: 0, starts: new RateWindow(), emptyAt: -1 }));

  const toRequests = async (): Promise<ClaimRequest[]> => {
    const paused = await readPaused();
    const requests: ClaimRequest[] = [];
    const now = performance.now();
    let nextStart = Infinity;
    for (const [effect, file] of await files()) {
      if (paused.has(effect)) continue;
      const lane = laneOf(effect);
      const declared = toSettings(file);
      const { rateLimit } = declared;
      const given = declared.concurrency === 1 ? undefined : limitOf(effect);
      const { concurrency, limited } =
        given === undefined ? declared : { concurrency: given, limited: true };
      // If a limit counts in all processes, another one may have made room without a signal.
      if (!(limited && driver.caps.ordered) && lane.emptyAt === readySignals) continue;
      let count = concurrency - lane.running;
      if (rateLimit && count > 0) {
        count = Math.min(count, lane.starts.room(rateLimit, now));
        if (count <= 0) nextStart = Math.min(nextStart, lane.starts.nextStart(rateLimit));
      }
      if (count <= 0) continue;
      if (declared.concurrency === 1) requests.push({ effect, count: 1, exclusive: true });
      else requests.push({ effect, count, ...(limited && { limit: concurrency }) });
    }
    clearTimeout(rateTimer);
    if (nextStart < Infinity) rateTimer = setTimeout(claim, Math.max(1, nextStart - now));
    return requests;
  };

  const claimUntilEmpty = async (): Promise<void> => {
    for (;;) {
      const requests = await toRequests();
      if (requests.length === 0 || !active) return;
      const signalsBefore = readySignals;
      const claimedAt = performance.now();
      const leases = await driver.claim(requests, lease);
      const now = performance.now();
      for (const { effect, count } of requests) {
        const claimed = leases.filter(({ job }) => job.effect === effect).length;
        const lane = laneOf(effect);
        lane.running += claimed;
        lane.starts.addStarts(now, claimed);
        // A queue without order may return few jobs at a time though it has more.
        if (claimed === 0 || (driver.caps.ordered && claimed < count)) lane.emptyAt = signalsBefore;
      }
      for (const one of leases) run(one, claimedAt);
      if (leases.length === 0) return;
    }
  };

  const claim = (): void => {
    if (!active) return;
    if (claiming) {
      claimAgain = true;
      return;
    }
    claiming = true;
    claimAgain = false;
    claimUntilEmpty()
      .catch((error: unknown) => {
        logger.error('the queue does not respond', { error });
        // The next poll tries again.
        claimAgain = false;
      })
      .finally(() => {
        claiming = false;
        if (claimAgain) claim();
        else onIdle();
      });
  };

  const jobsReady = (): void => {
    readySignals++;
    claim();
  };

  return {
    start() {
      active = true;
      stopListening = driver.onReady?.(jobsReady);
      poll = setInterval(jobsReady, stopListening ? FALLBACK_INTERVAL : POLL_INTERVAL);
      poll.unref();
      jobsReady();
    },
    jobsReady,
    claim,
    runEnded(effect) {
      laneOf(effect).running--;
      claim();
    },
    stop() {
      active = false;
      stopListening?.();
      clearInterval(poll);
      clearTimeout(rateTimer);
    },
    get busy() {
      return claiming;
    },
  };
}

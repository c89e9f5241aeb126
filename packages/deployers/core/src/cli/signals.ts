import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import type { Reporter } from './reporter.ts';

/** Milliseconds in which a second Ctrl-C cancels. */
const SECOND_CHANCE = 3000;
const DETACHED = new Error('detached');

/** Handles Ctrl-C and SIGTERM during a deploy. */
export interface Signals {
  /** Throws when the deploy is detached or cancelled. */
  check(): void;
  /** Waits for a second Ctrl-C after the first one. */
  settle(): Promise<void>;
  isDetached(error: unknown): boolean;
  stop(): void;
}

/**
 * The first Ctrl-C stops watching: the changes in the cluster stay, and the same command continues
 * later. A second Ctrl-C cancels and rolls back.
 */
export function watchSignals(reporter: Reporter): Signals {
  let count = 0;
  const onSignal = (): void => {
    count++;
    if (count === 1)
      reporter.line(
        'Stopped watching. The same command continues. Press Ctrl-C again to cancel and roll back.',
      );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    check() {
      if (count === 1) throw DETACHED;
      if (count > 1)
        throw new GatiError({
          code: 'GATI_DEPLOY_ROLLOUT',
          message: 'The deploy was cancelled.',
          fix: 'Run the same command to deploy again.',
        });
    },
    async settle() {
      const until = performance.now() + SECOND_CHANCE;
      const isOnce = (): boolean => count === 1;
      while (isOnce() && performance.now() < until) await sleep(50);
    },
    isDetached: (error) => error === DETACHED,
    stop() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

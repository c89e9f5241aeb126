import type { Logger } from '../../types/context.ts';
import type { EffectsEngine } from './engine.ts';

/** Milliseconds between two comparisons of the current release with the running one. */
const POLL_INTERVAL = 1000;

export interface CurrentReleaseOptions {
  /** Returns the version of the current release. */
  version(): string;
  /** Returns the engine of the current release. */
  engine(): Promise<EffectsEngine>;
  logger: Logger;
}

export interface CurrentReleaseRunner {
  /** Stops claiming jobs and gives the running ones `milliseconds` to end. */
  stop(milliseconds: number): Promise<void>;
}

/**
 * Runs the engine of the current release, and only that one. It loads the code of older releases
 * for the jobs that they enqueued.
 */
export function runCurrentRelease({
  version,
  engine,
  logger,
}: CurrentReleaseOptions): CurrentReleaseRunner {
  let running: { version: string; engine: EffectsEngine } | undefined;
  let switching = false;

  const follow = async (): Promise<void> => {
    const wanted = version();
    if (switching || running?.version === wanted) return;
    switching = true;
    try {
      const next = await engine();
      running?.engine.pause();
      running = { version: wanted, engine: next };
      next.start();
    } catch (error) {
      logger.error('effects of the current release do not run', { release: wanted, error });
    } finally {
      switching = false;
    }
  };

  void follow();
  const timer = setInterval(() => void follow(), POLL_INTERVAL);
  timer.unref();
  return {
    async stop(milliseconds) {
      clearInterval(timer);
      await running?.engine.drain(milliseconds);
    },
  };
}

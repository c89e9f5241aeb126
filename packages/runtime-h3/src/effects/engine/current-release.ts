import type { Logger } from '../../types/context.ts';
import type { EffectsEngine } from './engine.ts';

/** How often the pointer is looked at. Milliseconds. */
const LOOK = 1000;

export interface CurrentReleaseOptions {
  /** Of the release that is current. */
  version(): string;
  engine(): Promise<EffectsEngine>;
  logger: Logger;
}

export interface CurrentReleaseRunner {
  /** Takes nothing more and lets what runs end, for so many milliseconds. */
  stop(within: number): Promise<void>;
}

/** Lets the engine of the current release run what is queued, and only that: it passes the jobs of older releases on. */
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
  const timer = setInterval(() => void follow(), LOOK);
  timer.unref();
  return {
    async stop(within) {
      clearInterval(timer);
      await running?.engine.drain(within);
    },
  };
}

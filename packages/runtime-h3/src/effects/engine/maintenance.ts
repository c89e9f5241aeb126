import type { Logger } from '../../types/context.ts';
import type { QueueDriver } from '../../ports.ts';
import type { EffectFiles } from './effect-files.ts';
import { isNewer, type ReleaseEffects } from './job-release.ts';
import type { Schedules } from './schedules.ts';

/**
 * Milliseconds after which schedules are read again and the queue is searched for orphaned effects.
 */
const INTERVAL = 5000;

export interface MaintenanceOptions {
  driver: QueueDriver;
  logger: Logger;
  current: ReleaseEffects;
  files: EffectFiles;
  schedules: Schedules;
  isRunning(): boolean;
  /** Called when there are jobs of effects that the current release does not have. */
  onOrphans(): void;
}

export interface Maintenance {
  start(): void;
  stop(): void;
}

/** Creates the periodic work of an engine: keeps schedules up to date and finds orphaned jobs. */
export function createMaintenance({
  driver,
  logger,
  current,
  files,
  schedules,
  isRunning,
  onOrphans,
}: MaintenanceOptions): Maintenance {
  let timer: NodeJS.Timeout | undefined;

  const readSchedules = async (): Promise<void> => {
    const found = await files.loadAll();
    if (isRunning()) await schedules.sync(found);
  };

  /** A job whose effect no release has any more becomes a dead letter that says so. */
  const findOrphans = async (): Promise<void> => {
    for (const { effect, release } of (await driver.due?.()) ?? []) {
      // A newer release may have more effects: its own processes run them.
      if (!current.effects()[effect] && !isNewer(release, current.gctx().release.version))
        files.markOrphaned(effect);
    }
    if (files.hasOrphans) onOrphans();
  };

  const run = (): void => {
    readSchedules().catch((error: unknown) =>
      logger.error('schedules could not be read', { error }),
    );
    if (driver.caps.durable)
      findOrphans().catch((error: unknown) =>
        logger.warn('the queue could not be searched for orphaned jobs', { error }),
      );
  };

  return {
    start() {
      run();
      timer = setInterval(run, INTERVAL);
      timer.unref();
    },
    stop() {
      schedules.stop();
      clearInterval(timer);
    },
  };
}

import type { Logger } from '../../types/context.ts';
import type { BundleEffect } from '../../types/bundle.ts';
import type { EffectFile } from '../../types/effects.ts';
import { checkSettings } from '../effect-settings.ts';

export interface EffectFilesOptions {
  /** Read at each use, so that development may change it. */
  effects(): Record<string, BundleEffect>;
  /** The queue outlives the process, so it may have jobs that this process did not enqueue. */
  durable: boolean;
  logger: Logger;
}

/** The code of a release's effects. */
export interface EffectFiles {
  /** Records that this process enqueued a job of the effect. */
  markEnqueued(effect: string): void;
  /** Records that an older release enqueued jobs of an effect that this release does not have. */
  markOrphaned(effect: string): void;
  readonly hasOrphans: boolean;
  /** Loads the effects that may have jobs. Orphaned effects have no file. */
  loadClaimable(): Promise<Map<string, EffectFile | undefined>>;
  /** Loads all effects. Those that can't be loaded are logged and left out. */
  loadAll(): Promise<Map<string, EffectFile>>;
}

export function createEffectFiles({ effects, durable, logger }: EffectFilesOptions): EffectFiles {
  /** No other process fills a queue in memory, so the files of other effects need not be loaded. */
  const enqueued = new Set<string>();
  const orphans = new Set<string>();
  /** Files whose settings were checked. */
  const checked = new WeakSet<EffectFile>();

  const load = async (name: string): Promise<EffectFile | undefined> => {
    try {
      const file = await effects()[name]!.load();
      if (checked.has(file)) return file;
      checked.add(file);
      for (const { message, fix } of checkSettings(file))
        logger.error(`the effect ${name} uses the default of a setting: ${message}`, {
          code: 'GATI_EFFECT_SETTING',
          fix,
        });
      return file;
    } catch (error) {
      // The jobs stay queued: in development the next edit may bring the file back.
      logger.error(`effect ${name} can't be loaded`, { error });
      return undefined;
    }
  };

  const loadWhere = async (
    isWanted: (effect: string) => boolean,
  ): Promise<Map<string, EffectFile>> => {
    const files = new Map<string, EffectFile>();
    for (const effect of Object.keys(effects())) {
      if (!isWanted(effect)) continue;
      const file = await load(effect);
      if (file) files.set(effect, file);
    }
    return files;
  };

  return {
    markEnqueued: (effect) => void enqueued.add(effect),
    markOrphaned: (effect) => void orphans.add(effect),
    get hasOrphans() {
      return orphans.size > 0;
    },
    async loadClaimable() {
      const files: Map<string, EffectFile | undefined> = await loadWhere(
        (effect) => durable || enqueued.has(effect),
      );
      for (const effect of orphans) if (!effects()[effect]) files.set(effect, undefined);
      return files;
    },
    loadAll: () => loadWhere(() => true),
  };
}

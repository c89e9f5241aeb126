import { hostname } from 'node:os';
import { loadConfig } from '../config/load-config.ts';
import { createLazyDatabase } from '../data/database.ts';
import { dataFolder } from '../data/data-folder.ts';
import { createLazyStorage } from '../data/storage.ts';
import type { EffectsEngine } from '../effects/engine/engine.ts';
import type { CurrentVersion, MigratePayload, ReleaseOf } from '../effects/engine/job-release.ts';
import { createLazyEngine } from '../effects/engine/lazy-engine.ts';
import type { Queues } from '../effects/drivers/queue-opener.ts';
import { createModules, type Modules } from '../modules/create-modules.ts';
import type { QueueDriver } from '../ports.ts';
import type { ReleaseBundle } from '../types/bundle.ts';
import type { Enqueue, GlobalContext, Logger } from '../types/context.ts';

export interface GlobalContextOptions {
  /** Read at each use of an effect, so that development may change it in place. */
  release: ReleaseBundle;
  /** Now by default. */
  deployedAt?: Date;
  mode: 'development' | 'production' | 'test';
  logger: Logger;
  /** `process.env` by default. */
  env?: Record<string, string | undefined>;
  /** Whether to log what people should know about the set-up; only one of several workers does. */
  announce?: boolean;
  /** In place of the queue that `GATI_EFFECTS` names. */
  queue?: QueueDriver;
  /** Of a process that serves several releases: then none of them opens a queue, closes it or runs jobs by itself. */
  effects?: ProcessEffects;
  /** Drivers that `GATI_EFFECTS` may name beside those that every server has. */
  queues?: Queues;
}

/** What the releases of one process share. */
export interface ProcessEffects {
  queue(): Promise<QueueDriver>;
  releaseOf?: ReleaseOf;
  migrate?: MigratePayload;
  currentVersion?: CurrentVersion;
}

export interface AppContext {
  gctx: GlobalContext;
  modules: Modules;
  effects: EffectsEngine;
  /** Values that must not be read in logs. */
  secrets: string[];
  /** What can't serve, by name, with the reason. Empty: all is well. */
  health(): Promise<Record<string, string>>;
  /** Lets effects end (for at most `milliseconds`, 30 s by default), then disposes modules in reverse order. Aborts `gctx.signal` first. */
  dispose(milliseconds?: number): Promise<void>;
}

/** Who was told that effects are in memory: once is enough, though development makes the context anew. */
const warnedAboutMemory = new WeakSet<Logger>();

/**
 * Everything a release's handlers reach as `gctx`: config checked, modules set up, effects running.
 * Throws `GATI_CONFIG_INVALID`, `GATI_MODULE_SETUP`, `GATI_MODULE_CYCLE`, `GATI_EFFECTS`, `GATI_EFFECTS_KEYS`.
 */
export async function createGlobalContext({
  release,
  deployedAt = new Date(),
  mode,
  logger,
  env = process.env,
  announce = true,
  queue,
  effects: shared,
  queues,
}: GlobalContextOptions): Promise<AppContext> {
  const config = await loadConfig(release.config, env, mode);
  const modules = createModules(release.modules);
  const abort = new AbortController();
  const folder = dataFolder(mode);
  const db = createLazyDatabase(env.GATI_DATABASE, folder, (error) =>
    logger.warn('a database connection was lost', { error }),
  );
  const storage = createLazyStorage(folder);
  const effects = createLazyEngine(async () => {
    // An app without effects loads none of it.
    const [
      { createEffectsEngine },
      { openQueue, defaultQueueUrl, loggedQueueSettings },
      { verifySchedules },
    ] = await Promise.all([
      import('../effects/engine/engine.ts'),
      import('../effects/drivers/open.ts'),
      import('../effects/engine/schedules.ts'),
    ]);
    const open = (): Promise<QueueDriver> =>
      openQueue(env.GATI_EFFECTS || defaultQueueUrl(folder), queues, loggedQueueSettings(logger));
    const driver = queue ?? (await (shared?.queue ?? open)());
    await verifySchedules(release.effects, driver.caps);
    if (announce && !driver.caps.durable && mode !== 'test' && !warnedAboutMemory.has(logger)) {
      warnedAboutMemory.add(logger);
      logger.warn(
        `queued effects live in the memory of ${mode === 'production' ? 'the worker that took them' : 'this process'} and do not outlive it`,
        { code: 'GATI_EFFECTS_MEMORY' },
      );
    }
    return createEffectsEngine({
      effects: () => release.effects,
      $defs: () => release.contract.$defs,
      driver,
      gctx: () => gctx,
      logger,
      backoff: mode !== 'test',
      ...(shared && { ...shared, shared: true }),
    });
  });

  const gctx: GlobalContext = {
    modules: modules.api,
    effects: { enqueue: effects.enqueue as Enqueue, get: effects.get, cancel: effects.cancel },
    db,
    storage,
    config: config.value,
    state: new Map(),
    release: { version: release.version, id: release.id, deployedAt },
    instance: { id: `${hostname()}-${process.pid}`, region: env.GATI_REGION, zone: env.GATI_ZONE },
    logger,
    signal: abort.signal,
  };

  // Without effects no queue is opened.
  if (Object.keys(release.effects).length > 0) await effects.open();
  try {
    await modules.setup(gctx);
  } catch (error) {
    await Promise.all([effects.drain(0), db.dispose(), storage.dispose()]);
    throw error;
  }
  if (!shared) effects.start();

  return {
    gctx,
    modules,
    effects,
    secrets: config.secrets,
    health: () => modules.health(),
    async dispose(milliseconds = 30_000) {
      abort.abort(new Error('the process is ending'));
      await effects.drain(milliseconds);
      for (const error of await modules.dispose())
        logger.error(error.message, { error: error.cause });
      await Promise.all([db.dispose(), storage.dispose()]).catch((error: unknown) =>
        logger.error('the database could not be closed', { error }),
      );
    },
  };
}

import { hostname } from 'node:os';
import { loadConfig } from '../config/load-config.ts';
import { createLazyDatabase } from '../data/database.ts';
import { dataFolder } from '../data/data-folder.ts';
import type { MigrationHealth } from '../data/migrations/at-start.ts';
import { createLazyStorage } from '../data/storage.ts';
import type { EffectsEngine } from '../effects/engine/engine.ts';
import type { CurrentVersion, MigratePayload, ReleaseOf } from '../effects/engine/job-release.ts';
import { createLazyEngine } from '../effects/engine/lazy-engine.ts';
import type { Queues } from '../effects/drivers/queue-opener.ts';
import { createModules, type Modules } from '../modules/create-modules.ts';
import type { TrackStep } from '../modules/module-setup.ts';
import type { QueueDriver } from '../ports.ts';
import type { ModuleHost } from '../types/foreign.ts';
import type { ForeignCode, Loader, ReleaseBundle } from '../types/bundle.ts';
import type { LogSink } from '../telemetry/record/recorder.ts';
import type { Tracer } from '../telemetry/trace/tracer.ts';
import type { Enqueue, GlobalContext, Logger } from '../types/context.ts';
import type { ModuleFile } from '../types/modules.ts';

export interface GlobalContextOptions {
  /** Read at each use of an effect, so that development can change it in place. */
  release: ReleaseBundle;
  /** Defaults to now. */
  deployedAt?: Date;
  mode: 'development' | 'production' | 'test';
  logger: Logger;
  /** `process.env` by default. */
  env?: Record<string, string | undefined>;
  /** Whether to log start-up notes. Only one worker of a server does. */
  announce?: boolean;
  /** Replaces the queue that `GATI_EFFECTS` names. */
  queue?: QueueDriver;
  /**
   * Set when several releases share a process: the process owns the queue and decides which release
   * runs jobs.
   */
  effects?: ProcessEffects;
  /** Drivers that `GATI_EFFECTS` may name, besides the built-in ones. */
  queues?: Queues;
  /** Receives JSON lines: one for each module that is set up and each run of an effect. */
  log?: LogSink;
  /** Observes modules, database, storage and effects. None by default. */
  tracer?: Tracer;
  /** Runs the processes of foreign modules. */
  host?: ModuleHost;
  /** Folder that paths of foreign modules start from. Default: the current folder. */
  root?: string;
  /** Records what the creation waits for. */
  track?: TrackStep;
}

/** The part of effects that the releases of one process share. */
export interface ProcessEffects {
  queue(): Promise<QueueDriver>;
  releaseOf?: ReleaseOf;
  migrate?: MigratePayload;
  currentVersion?: CurrentVersion;
  /** Returns the maximum number of running jobs of an effect that a person has set. */
  limitOf?(effect: string): number | undefined;
}

/** Context of a release: `gctx` with everything behind it. */
export interface AppContext {
  gctx: GlobalContext;
  modules: Modules;
  effects: EffectsEngine;
  /** Values that logs must not contain. */
  secrets: string[];
  /** Returns the modules that can't serve, with the reason. Empty when all can. */
  health(): Promise<Record<string, string>>;
  /**
   * Aborts `gctx.signal`, waits for running jobs, then disposes of the modules in reverse order.
   * @param milliseconds longest wait for the jobs; 30 s by default
   */
  dispose(milliseconds?: number): Promise<void>;
}

/** Loggers with the warning about a queue in memory. Development creates many contexts per logger. */
const warnedAboutMemory = new WeakSet<Logger>();

/**
 * Creates the `gctx` of a release: validates the config, opens the queue and sets up the modules.
 * @throws {GatiError} GATI_CONFIG_INVALID when `src/config.ts` does not accept the environment
 * @throws {GatiError} GATI_MODULE_SETUP, GATI_MODULE_CYCLE when a module can't be set up
 * @throws {GatiError} GATI_MIGRATE, GATI_MIGRATE_HISTORY when migrations can't be applied
 * @throws {GatiError} GATI_EFFECTS when there is no driver for the queue
 * @throws {GatiError} GATI_EFFECTS_KEYS when a schedule needs a queue that stores keys
 */
export async function createGlobalContext(options: GlobalContextOptions): Promise<AppContext> {
  const { release, deployedAt = new Date(), mode, env = process.env, tracer } = options;
  const logger = tracer === undefined ? options.logger : tracer.traceLogger(options.logger);
  const config = await loadConfig(release.config, env, mode);
  const foreign = release.foreign && (await loadForeign(release.foreign, { ...options, logger }));
  const modules = createModules({ ...release.modules, ...foreign?.files }, (module) => {
    const { name, api, definition, us } = module;
    options.log?.(printModule(name, us, release.version));
    return tracer === undefined ? api : tracer.traceModule(name, api, definition === undefined);
  });
  const abort = new AbortController();
  const folder = dataFolder(mode);
  const db = createLazyDatabase(env.GATI_DATABASE, folder, (message, error) =>
    logger.warn(message, { error }),
  );
  const storage = createLazyStorage(folder);
  const effects = createLazyEngine(() => openEngine({ ...options, logger }, () => gctx));

  const gctx: GlobalContext = {
    modules: modules.api,
    effects: {
      enqueue: effects.enqueue as Enqueue,
      get: effects.get as GlobalContext['effects']['get'],
      wait: effects.wait as GlobalContext['effects']['wait'],
      cancel: effects.cancel,
    },
    db: tracer === undefined ? db : tracer.traceDatabase(db),
    storage: tracer === undefined ? storage : tracer.traceStorage(storage),
    config: config.value,
    state: new Map(),
    release: { version: release.version, id: release.id, deployedAt },
    instance: { id: `${hostname()}-${process.pid}`, region: env.GATI_REGION, zone: env.GATI_ZONE },
    logger,
    signal: abort.signal,
  };

  let migrations: MigrationHealth | undefined;
  if (release.databaseMigrations) {
    const end = options.track?.('the migrations of the database');
    const { migrateAtStart } = await import('../data/migrations/at-start.ts');
    const { announce = true } = options;
    const files = await release.databaseMigrations();
    migrations = await migrateAtStart({ files, env, folder, db, mode, announce, logger, tracer });
    end?.();
  }
  // A release without effects opens no queue.
  if (Object.keys(release.effects).length > 0) {
    const end = options.track?.('the queue of GATI_EFFECTS');
    await effects.open();
    end?.();
  }
  try {
    await modules.setup(gctx, options.track);
  } catch (error) {
    await Promise.all([effects.drain(0), db.dispose(), storage.dispose()]);
    throw error;
  }
  if (!options.effects) effects.start();

  return {
    gctx,
    modules,
    effects,
    secrets: [...config.secrets, ...(foreign?.secrets ?? [])],
    async health() {
      const reason = await migrations?.();
      return { ...(await modules.health()), ...(reason !== undefined && { migrations: reason }) };
    },
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

/** Loads the code that calls foreign modules. */
async function loadForeign(
  foreign: ForeignCode,
  { release, logger, host, tracer, root = process.cwd(), env = process.env }: GlobalContextOptions,
): Promise<{ files: Record<string, Loader<ModuleFile>>; secrets: string[] }> {
  const { callScope, createForeignModules, listSecrets } = await foreign.load();
  foreign.scope = callScope;
  const { modules } = foreign;
  const files = createForeignModules({
    modules,
    $defs: release.contract.$defs,
    release: release.id,
    host,
    logger,
    isTraced: tracer !== undefined,
    root,
    env,
  });
  return { files, secrets: listSecrets({ modules, env }) };
}

/** Returns the log line for a module that was set up. */
function printModule(module: string, us: number, version: string): string {
  const line = { level: 'info', msg: 'module', module, version, us, time: Date.now() };
  return `${JSON.stringify(line)}\n`;
}

/** Opens the queue and creates the engine. Loads its code late: an app without effects needs none. */
async function openEngine(
  options: GlobalContextOptions,
  gctx: () => GlobalContext,
): Promise<EffectsEngine> {
  const { release, mode, logger, env = process.env, queue, effects: shared, queues } = options;
  const { log, tracer } = options;
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
    openQueue(
      env.GATI_EFFECTS || defaultQueueUrl(dataFolder(mode)),
      queues,
      loggedQueueSettings(logger),
    );
  const driver = queue ?? (await (shared?.queue ?? open)());
  await verifySchedules(release.effects, driver.caps);
  warnAboutMemory(options, driver);
  return createEffectsEngine({
    effects: () => release.effects,
    $defs: () => release.contract.$defs,
    schemas: (name) => release.contract.effects.find((effect) => effect.name === name),
    driver,
    gctx,
    logger,
    backoff: mode !== 'test',
    ...(log && { log }),
    ...(tracer && { tracer }),
    ...(shared && { ...shared, shared: true }),
  });
}

function warnAboutMemory(
  { announce = true, mode, logger }: GlobalContextOptions,
  { caps }: QueueDriver,
): void {
  if (!announce || caps.durable || mode === 'test' || warnedAboutMemory.has(logger)) return;
  warnedAboutMemory.add(logger);
  const place = mode === 'production' ? 'the worker that enqueued them' : 'this process';
  logger.warn(`queued effects are in the memory of ${place} and are lost when it ends`, {
    code: 'GATI_EFFECTS_MEMORY',
  });
}

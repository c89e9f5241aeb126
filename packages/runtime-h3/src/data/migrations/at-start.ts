import { count } from '@gati/contract/internal';
import type { DatabaseMigration } from '../../types/bundle.ts';
import type { Logger } from '../../types/context.ts';
import type { Database } from '../../types/data.ts';
import { badEnvError, type Env } from '../../config/read-env.ts';
import { type DatabaseAddress, parseDatabaseAddress } from '../database-address.ts';
import { countDatabaseMigration } from '../../telemetry/record/migration-stats.ts';
import type { Tracer } from '../../telemetry/trace/tracer.ts';
import type { MigrationConnection } from './connection.ts';
import { connectionOf, openMigrationConnection } from './open-connection.ts';
import { type MigrateOptions, migrate, readPlan } from './migrate.ts';

/** Action of a starting server when migrations are pending. */
type StartMode = 'warn' | 'wait' | 'apply';

const START_MODES: readonly string[] = ['warn', 'wait', 'apply'] satisfies StartMode[];

export interface MigrationStart {
  files: readonly DatabaseMigration[];
  env: Env;
  /** Folder of the default database. Without a folder, that database is in memory. */
  folder: string | undefined;
  /** Database of the app. If it is in memory, the migrations use this object. */
  db: Database;
  mode: 'development' | 'production' | 'test';
  /** Whether to log pending migrations. Only one worker of a server does. */
  announce: boolean;
  logger: Logger;
  /** Absent if telemetry is off. */
  tracer?: Tracer | undefined;
  /** Milliseconds for which a check of the database stays valid. */
  checkInterval?: number;
}

/** Returns the reason why the release can't serve; `undefined` if it can. */
export type MigrationHealth = () => Promise<string | undefined>;

const CHECK_INTERVAL = 1000;

/**
 * Applies the migrations of a release, or looks for pending ones. In development the plugin applies
 * them, unless the database is in memory.
 *
 * @throws {GatiError} GATI_MIGRATE, GATI_MIGRATE_HISTORY when they can't be applied
 * @throws {GatiError} GATI_BAD_ENV when `GATI_MIGRATIONS` is invalid
 */
export async function migrateAtStart(start: MigrationStart): Promise<MigrationHealth | undefined> {
  const { mode, env, folder, announce, files, db, logger } = start;
  const { checkInterval = CHECK_INTERVAL } = start;
  const address = parseDatabaseAddress(env.GATI_DATABASE, folder);
  const wanted = mode === 'test' ? 'apply' : readStartMode(env);
  const isMemory = address.location === ':memory:';
  if (mode === 'development' && !isMemory) return undefined;
  if (isMemory || wanted === 'apply') {
    const connection = isMemory
      ? connectionOf(db)
      : await openMigrationConnection(address, { create: true });
    await useConnection(connection, (opened) =>
      migrate(
        opened!,
        files,
        mode === 'production' ? { observe: observeMigrations(start, opened!.dialect) } : {},
      ),
    );
    return undefined;
  }
  if (wanted === 'warn') {
    if (announce) await findPending(address, files, logger);
    return undefined;
  }
  const check = async (log?: Logger): Promise<{ reason: string | undefined; until: number }> => ({
    reason: await findPending(address, files, log),
    until: performance.now() + checkInterval,
  });
  let checked = await check(announce ? logger : undefined);
  /** Requests for the health share one check: each opens a connection, and may take long. */
  let running: Promise<void> | undefined;
  return async () => {
    if (checked.reason !== undefined && performance.now() >= checked.until)
      await (running ??= check().then((next) => {
        checked = next;
        running = undefined;
      }));
    return checked.reason;
  };
}

/** Logs and counts each migration, and records it as a separate trace. */
function observeMigrations(
  { logger, tracer }: Pick<MigrationStart, 'logger' | 'tracer'>,
  system: string,
): NonNullable<MigrateOptions['observe']> {
  return (name, work) => {
    const run = async (): Promise<void> => {
      const start = performance.now();
      await work();
      countDatabaseMigration(name);
      const ms = Math.round(performance.now() - start);
      logger.info('migration applied', { migration: name, ms });
    };
    return tracer === undefined ? run() : tracer.observeDatabaseMigration({ system, name }, run);
  };
}

function readStartMode({ GATI_MIGRATIONS: mode }: Env): StartMode {
  if (!mode) return 'warn';
  if (!START_MODES.includes(mode))
    throw badEnvError('GATI_MIGRATIONS', mode, '`warn`, `wait` or `apply`');
  return mode as StartMode;
}

/** Returns why migrations are missing in the database; `undefined` if none is. Logs the reason. */
async function findPending(
  address: DatabaseAddress,
  files: readonly DatabaseMigration[],
  logger: Logger | undefined,
): Promise<string | undefined> {
  try {
    const connection = await openMigrationConnection(address, { create: false });
    const { pending } = await useConnection(connection, (opened) => readPlan(opened, files));
    if (pending.length === 0) return undefined;
    const reason = count(pending.length, 'pending migration');
    logger?.warn(`the database has ${reason}: run \`migrate\``, {
      code: 'GATI_MIGRATE_PENDING',
      migrations: pending.map(({ name }) => name),
    });
    return reason;
  } catch (error) {
    logger?.warn("the migrations of the database can't be checked", { error });
    return (error as Error).message;
  }
}

async function useConnection<Result>(
  connection: MigrationConnection | undefined,
  use: (connection: MigrationConnection | undefined) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(connection);
  } finally {
    await connection?.close();
  }
}

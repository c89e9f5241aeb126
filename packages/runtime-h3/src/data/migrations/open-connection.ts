import { existsSync } from 'node:fs';
import type { Database } from '../../types/data.ts';
import type { DatabaseAddress } from '../database-address.ts';
import { databaseError } from '../errors.ts';
import type { MigrationConnection } from './connection.ts';
import { type Native, openNative, SQLITE_BUSY, toFailure } from '../native-sqlite.ts';

/**
 * Opens a connection for migrations. Returns `undefined` for a SQLite file that does not exist,
 * unless `create` is set.
 *
 * @throws {GatiError} GATI_DATABASE when the database can't be opened
 */
export async function openMigrationConnection(
  { dialect, location }: DatabaseAddress,
  { create }: { create: boolean },
): Promise<MigrationConnection | undefined> {
  if (dialect === 'sqlite')
    return create || existsSync(location) ? openSqliteConnection(location) : undefined;
  const { openPostgresConnection } = await import('./postgres-connection.ts');
  return openPostgresConnection(location);
}

/**
 * Returns `gctx.db` as a connection. It must be a database in memory, which no other process can
 * use.
 */
export function connectionOf(db: Database): MigrationConnection {
  return {
    dialect: db.dialect,
    tryLock: async () => true,
    exec: async (sql) => void (await db.exec(sql)),
    all: (sql, ...values) => db.prepare(sql).all(...values),
    ...SQLITE,
    close: async () => {},
  };
}

const SQLITE = {
  isMissingTable: (error: unknown) => /no such table/i.test((error as Error).message),
  placeOf: () => undefined,
};

/** Milliseconds that a statement waits for another process that writes. */
const BUSY_TIMEOUT = 5000;

function openSqliteConnection(path: string): MigrationConnection {
  let lock: Native | undefined;
  const database = openFile(path, path);
  return {
    dialect: 'sqlite',
    async tryLock() {
      if (lock) return true;
      // A file for the lock alone: the lock covers several transactions, and the system releases it
      // when the process dies.
      const locking = openFile(`${path}-migrate`, path);
      try {
        locking.exec('BEGIN EXCLUSIVE');
        lock = locking;
        return true;
      } catch (error) {
        locking.close();
        if (toFailure(error).sqlite === SQLITE_BUSY) return false;
        throw openError(path, error);
      }
    },
    exec: async (sql) => void database.exec(sql),
    all: async (sql, ...values) => database.prepare(sql).all(...values) as never,
    ...SQLITE,
    async close() {
      database.close();
      lock?.close();
    },
  };
}

function openFile(path: string, named: string): Native {
  try {
    const native = openNative(path, process.cwd());
    if (path !== named) return native;
    native.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    return native;
  } catch (error) {
    throw openError(named, error);
  }
}

function openError(path: string, cause: unknown): Error {
  return databaseError(
    `The SQLite file ${path} can't be opened: ${(cause as Error).message}.`,
    'Set GATI_DATABASE=sqlite:PATH to a file in a folder that this user may write to. On Node 20, install the package libsql.',
    cause,
  );
}

import type { Opened } from './open-database.ts';
import { parseDatabaseAddress } from './database-address.ts';
import { createSql } from './sql.ts';
import type { ReportError } from './transaction.ts';
import type { Database } from '../types/data.ts';

export interface OpenDatabase extends Database {
  /** Closes the database if it was opened. */
  dispose(): Promise<void>;
}

/**
 * Creates `gctx.db` for a URL (`sqlite:PATH`, `postgres://…`). Without a URL, the database is a
 * SQLite file in `folder`, or in memory without a folder. The first use opens it.
 * @throws {GatiError} GATI_DATABASE when the URL is not that of a supported database
 */
export function createLazyDatabase(
  url: string | undefined,
  folder: string | undefined,
  report: ReportError = () => {},
): OpenDatabase {
  const { dialect, location } = parseDatabaseAddress(url, folder);
  let opened: Promise<Opened> | undefined;
  // A server that does not use the database loads no code for it.
  const connect = async (): Promise<Opened> => {
    const { openPostgresDatabase, openSqliteDatabase } = await import('./open-database.ts');
    if (dialect === 'postgresql') return openPostgresDatabase(location, report);
    return openSqliteDatabase(location, report);
  };
  const open = (): Promise<Opened> => {
    opened ??= connect().catch((error: unknown) => {
      // The next use tries again.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    ...createSql(dialect, async (work) => (await open()).use(work)),
    transaction: async (work) => (await open()).transaction(work),
    async dispose() {
      const closing = opened;
      opened = undefined;
      await (await closing)?.dispose();
    },
  };
}

import { join } from 'node:path';
import type { Opened } from './open-database.ts';
import { databaseUrlError } from './errors.ts';
import { createSql } from './sql.ts';
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
  onError: (error: Error) => void = () => {},
): OpenDatabase {
  const address = url || `sqlite:${folder === undefined ? ':memory:' : join(folder, 'data.db')}`;
  const scheme = /^([a-z0-9+.-]+):/i.exec(address)?.[1]?.toLowerCase() ?? '';
  const fault = findUrlFault(scheme, address);
  if (fault !== undefined) throw databaseUrlError(fault);
  const dialect = scheme === 'postgres' || scheme === 'postgresql' ? 'postgresql' : 'sqlite';
  let opened: Promise<Opened> | undefined;
  // A server that does not use the database loads no code for it.
  const connect = async (): Promise<Opened> => {
    const { openPostgresDatabase, openSqliteDatabase } = await import('./open-database.ts');
    if (dialect === 'postgresql') return openPostgresDatabase(address, onError);
    return openSqliteDatabase(address.slice('sqlite:'.length));
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

/** Returns what is wrong with the URL, without a part of it that may be a password. */
function findUrlFault(scheme: string, url: string): string | undefined {
  if (scheme === 'sqlite') return url === 'sqlite:' ? 'it names no file' : undefined;
  if (scheme === 'postgres' || scheme === 'postgresql')
    return URL.canParse(url)
      ? undefined
      : 'it is not a URL; a password in it must be percent-encoded';
  return scheme === '' ? 'it has no scheme' : `there is no driver for ${scheme}:`;
}

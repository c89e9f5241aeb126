import { join } from 'node:path';
import type { Opened } from './open-database.ts';
import { toSql } from './sql.ts';
import type { Database } from '../types/data.ts';

export interface OpenDatabase extends Database {
  /** Closes it, if it was opened. */
  dispose(): Promise<void>;
}

/** The database that `GATI_DATABASE` names (`sqlite:PATH`, `postgres://…`), by default an SQLite file in `folder`, or memory. */
export function createLazyDatabase(
  url: string | undefined,
  folder: string | undefined,
  onError: (error: Error) => void = () => {},
): OpenDatabase {
  const address = url || `sqlite:${folder === undefined ? ':memory:' : join(folder, 'data.db')}`;
  const scheme = /^([a-z0-9]+):/i.exec(address)?.[1]?.toLowerCase() ?? '';
  const dialect = scheme === 'postgres' || scheme === 'postgresql' ? 'postgresql' : 'sqlite';
  let opened: Promise<Opened> | undefined;
  // Servers that use no database load nothing of one.
  const connect = async (): Promise<Opened> => {
    const { openPostgresDatabase, openSqliteDatabase, unknownSchemeError } =
      await import('./open-database.ts');
    if (dialect === 'postgresql') return openPostgresDatabase(address, onError);
    if (scheme === 'sqlite') return openSqliteDatabase(address.slice('sqlite:'.length));
    throw unknownSchemeError(scheme);
  };
  const open = (): Promise<Opened> => {
    opened ??= connect().catch((error: unknown) => {
      // The next use tries again: a server that was away may be back.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    ...toSql(dialect, async (work) => (await open()).use(work)),
    transaction: async (work) => (await open()).transaction(work),
    async dispose() {
      const closing = opened;
      opened = undefined;
      await (await closing)?.dispose();
    },
  };
}

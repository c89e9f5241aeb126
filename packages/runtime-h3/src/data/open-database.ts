import type { Connector, Database as Db0 } from 'db0';
import { resolve } from 'node:path';
import { databaseError } from './errors.ts';
import type { Use } from './sql.ts';
import { inTransaction, type ReportError } from './transaction.ts';
import { createMutex } from './mutex.ts';
import type { Database, Transaction } from '../types/data.ts';
import { bindFor } from './bind-values.ts';

/** An open database. */
export interface Opened {
  use: Use;
  transaction: Database['transaction'];
  dispose(): Promise<void>;
}

/** Opens a SQLite file. `path`: the part of the URL after `sqlite:`. */
export async function openSqliteDatabase(path: string, report: ReportError): Promise<Opened> {
  const { createDatabase } = await import('db0');
  const database = await openSqlite(createDatabase, path);
  const bind = bindFor('sqlite');
  const mutex = createMutex();
  // `enqueue({ tx })` must be in the file of the queue.
  const file = path === ':memory:' ? path : resolve(path);
  const withFile = (tx: Transaction): Transaction =>
    Object.defineProperty(tx, 'file', { value: file });
  return {
    use: async (work) =>
      mutex.locked ? mutex.runExclusive(() => work(database, bind)) : work(database, bind),
    transaction: (work) =>
      mutex.runExclusive(() => inTransaction('sqlite', database, work, report, withFile)),
    dispose: () => database.dispose(),
  };
}

export async function openPostgresDatabase(url: string, report: ReportError): Promise<Opened> {
  const [{ createDatabase }, { createPostgresConnector }] = await Promise.all([
    import('db0'),
    import('./connectors/postgresql.ts'),
  ]);
  const connector = createPostgresConnector(url, report);
  const database = createDatabase(connector);
  const bind = bindFor('postgresql');
  return {
    use: (work) => work(database, bind),
    transaction: (work) => connector.transaction(work),
    dispose: () => database.dispose(),
  };
}

async function openSqlite(
  createDatabase: (connector: Connector) => Db0,
  path: string,
): Promise<Db0> {
  const connector = await createSqliteConnector(path);
  try {
    const database = createDatabase(connector);
    if (path === ':memory:') return database;
    // Several workers share the file: a second writer waits instead of failing, and readers do not
    // wait for writers.
    await database.prepare('PRAGMA busy_timeout = 5000').get();
    await database.prepare('PRAGMA journal_mode = WAL').get();
    return database;
  } catch (cause) {
    throw databaseError(
      `The SQLite file ${path} can't be opened: ${(cause as Error).message}.`,
      'Set GATI_DATABASE=sqlite:PATH to a file in a folder that this user may write to.',
      cause,
    );
  }
}

async function createSqliteConnector(path: string): Promise<Connector> {
  if (process.getBuiltinModule?.('node:sqlite')) {
    const { default: createConnector } = await import('db0/connectors/node-sqlite');
    return createConnector(path === ':memory:' ? { name: path } : { path });
  }
  const { createLibsqlConnector } = await import('./connectors/libsql.ts');
  try {
    return createLibsqlConnector(path);
  } catch (cause) {
    throw databaseError(
      `SQLite can't be opened, since Node ${process.versions.node} has no built-in SQLite: ${(cause as Error).message}.`,
      'Run on Node 22.13 or later, or install the package where the server runs: `npm install libsql`.',
      cause,
    );
  }
}

import { join } from 'node:path';
import type { Connector, Database as Db0 } from 'db0';
import { toDatabaseError } from './errors.ts';
import { toSql } from './sql.ts';
import { inTransaction } from './transaction.ts';
import { createTurns } from './turns.ts';
import type { Database, Transaction } from './types.ts';

export interface OpenDatabase extends Database {
  /** Closes it, if it was opened. */
  dispose(): Promise<void>;
}

interface Opened {
  database: Db0;
  /** Of a database that gives each transaction a connection of its own. */
  transaction?: Database['transaction'];
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
  const turns = createTurns();
  let opened: Promise<Opened> | undefined;
  const open = (): Promise<Opened> => {
    opened ??= connect(scheme, address, onError).catch((error: unknown) => {
      // The next use tries again: a server that was away may be back.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const sql = toSql(dialect, async (work) => {
    const { database } = await open();
    return turns.busy ? turns.alone(() => work(database)) : work(database);
  });
  return {
    ...sql,
    async transaction<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value> {
      const { database, transaction } = await open();
      // SQLite is one connection; a pool has some to spare.
      return transaction ? transaction(work) : turns.alone(() => inTransaction(dialect, database, work));
    },
    async dispose() {
      const closing = opened;
      opened = undefined;
      await (await closing)?.database.dispose();
    },
  };
}

async function connect(scheme: string, address: string, onError: (error: Error) => void): Promise<Opened> {
  const { createDatabase } = await import('db0');
  if (scheme === 'sqlite') return { database: await openSqlite(createDatabase, address.slice('sqlite:'.length)) };
  if (scheme === 'postgres' || scheme === 'postgresql') {
    const { createPostgresConnector } = await import('./connectors/postgresql.ts');
    const connector = createPostgresConnector(address, onError);
    return { database: createDatabase(connector), transaction: (work) => connector.transaction(work) };
  }
  throw toDatabaseError(
    `GATI_DATABASE names a database that there is no driver for: ${scheme === '' ? 'it has no scheme' : `${scheme}:`}.`,
    'Set it to sqlite:PATH or postgres://…, or remove it.',
  );
}

async function openSqlite(createDatabase: (connector: Connector) => Db0, path: string): Promise<Db0> {
  const connector = await toSqliteConnector(path);
  try {
    const database = createDatabase(connector);
    if (path === ':memory:') return database;
    // Several workers share the file: a second writer waits instead of failing, and readers don't wait for writers.
    await database.prepare('PRAGMA busy_timeout = 5000').get();
    await database.prepare('PRAGMA journal_mode = WAL').get();
    return database;
  } catch (cause) {
    throw toDatabaseError(
      `The SQLite file ${path} can't be opened: ${(cause as Error).message}.`,
      'Set GATI_DATABASE=sqlite:PATH to a file in a folder that this user may write to.',
      cause,
    );
  }
}

async function toSqliteConnector(path: string): Promise<Connector> {
  if (process.getBuiltinModule?.('node:sqlite')) {
    const { default: createConnector } = await import('db0/connectors/node-sqlite');
    return createConnector(path === ':memory:' ? { name: path } : { path });
  }
  const { createLibsqlConnector } = await import('./connectors/libsql.ts');
  try {
    return createLibsqlConnector(path);
  } catch (cause) {
    throw toDatabaseError(
      `SQLite can't be opened, since Node ${process.versions.node} has none of its own: ${(cause as Error).message}.`,
      'Run on Node 22.13 or later, or install the package where the server runs: `npm install libsql`.',
      cause,
    );
  }
}

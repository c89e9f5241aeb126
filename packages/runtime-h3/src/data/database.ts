import { join } from 'node:path';
import { GatiError } from '@gati/contract';
import type { Connector, Database as Db0 } from 'db0';
import type { Database, SqlResult, SqlValue, Statement } from './types.ts';

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
  let opened: Promise<Db0> | undefined;
  const open = (): Promise<Db0> => {
    opened ??= connect(scheme, address, onError).catch((error: unknown) => {
      // The next use tries again: a server that was away may be back.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const statement = (sql: string, bound: SqlValue[]): Statement => ({
    bind: (...values) => statement(sql, values),
    all: async <Row>(...values: SqlValue[]) => (await open()).prepare(sql).all(...pick(values, bound)) as Promise<Row[]>,
    get: async <Row>(...values: SqlValue[]) => (await open()).prepare(sql).get(...pick(values, bound)) as Promise<Row | undefined>,
    run: async (...values) => (await open()).prepare(sql).run(...pick(values, bound)),
  });
  return {
    dialect,
    sql: async <Row>(strings: TemplateStringsArray, ...values: SqlValue[]) =>
      (await open()).sql<SqlResult<Row>>(strings, ...(values as never[])),
    exec: async (sql) => (await open()).exec(sql),
    prepare: (sql) => statement(sql, []),
    async dispose() {
      const closing = opened;
      opened = undefined;
      await (await closing)?.dispose();
    },
  };
}

/** db0's types name fewer values than its drivers take. */
function pick(values: SqlValue[], bound: SqlValue[]): never[] {
  return (values.length > 0 ? values : bound) as never[];
}

async function connect(scheme: string, address: string, onError: (error: Error) => void): Promise<Db0> {
  const { createDatabase } = await import('db0');
  if (scheme === 'sqlite') return openSqlite(createDatabase, address.slice('sqlite:'.length));
  if (scheme === 'postgres' || scheme === 'postgresql') {
    const { createPostgresConnector } = await import('./connectors/postgresql.ts');
    return createDatabase(createPostgresConnector(address, onError));
  }
  throw toError(
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
    throw toError(
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
    throw toError(
      `SQLite can't be opened, since Node ${process.versions.node} has none of its own: ${(cause as Error).message}.`,
      'Run on Node 22.13 or later, or install the package where the server runs: `npm install libsql`.',
      cause,
    );
  }
}

function toError(message: string, fix: string, cause?: unknown): GatiError {
  return new GatiError({ code: 'GATI_DATABASE', level: 'error', message, fix }, { cause });
}

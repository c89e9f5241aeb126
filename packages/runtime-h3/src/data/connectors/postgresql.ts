import { type Connector, createDatabase } from 'db0';
// The default export: the package is CommonJS, of which bundlers and Node see different names.
// oxlint-disable import/no-named-as-default-member -- as above
import pg from 'pg';
import { inTransaction } from '../transaction.ts';
import type { Transaction } from '../../types/data.ts';
import { type Rows, toStatement } from './statement.ts';

export interface PostgresConnector extends Connector {
  /** On a connection of its own. */
  transaction<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value>;
}

/** PostgreSQL through a pool of `pg`, so that a lost connection is replaced. */
export function createPostgresConnector(
  url: string,
  onError: (error: Error) => void,
): PostgresConnector {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // An idle connection that the server ended; the next query opens another.
  pool.on('error', onError);
  return {
    ...toConnector(pool),
    dispose: () => pool.end(),
    async transaction(work) {
      const client = await pool.connect();
      let failure: unknown;
      // Its own loss reaches whoever waits for a statement.
      client.on('error', (error) => (failure = error));
      // Effects enqueue with the client itself.
      const withClient = (tx: Transaction): Transaction =>
        Object.defineProperty(tx, 'query', { value: client.query.bind(client) });
      try {
        return await inTransaction(
          'postgresql',
          createDatabase(toConnector(client)),
          work,
          withClient,
        );
      } finally {
        client.removeAllListeners('error');
        client.release(failure !== undefined);
      }
    },
  };
}

function toConnector(connection: Pick<pg.Pool, 'query'>): Connector {
  const rows: Rows = {
    all: async (sql, values) => (await connection.query(toNumbered(sql), values)).rows as unknown[],
    run: async (sql, values) => {
      const { rows, rowCount } = await connection.query(toNumbered(sql), values);
      return { success: true, rows, changes: rowCount };
    },
  };
  return {
    name: 'postgresql',
    dialect: 'postgresql',
    getInstance: () => connection,
    exec: async (sql) => {
      await connection.query(sql);
      return { success: true };
    },
    prepare: (sql) => toStatement(rows, sql),
  };
}

/** `?` → `$1`, outside of quotes and comments. */
export function toNumbered(sql: string): string {
  let count = 0;
  return sql.replaceAll(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|\?/g,
    (part) => (part === '?' ? `$${++count}` : part),
  );
}

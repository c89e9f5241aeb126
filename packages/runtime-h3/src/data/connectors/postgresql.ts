import { type Connector, createDatabase } from 'db0';
// Uses the default export, because the package is CommonJS, and bundlers and Node see different
// named exports of it.
// oxlint-disable import/no-named-as-default-member -- as above
import pg from 'pg';
import { QUOTED } from '../quoted-sql.ts';
import { inTransaction, type ReportError } from '../transaction.ts';
import type { Transaction } from '../../types/data.ts';
import { type StatementRunner, createStatement } from './statement.ts';

export interface PostgresConnector extends Connector {
  /** Runs `work` in a transaction on its own connection. */
  transaction<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value>;
}

/** Creates a connector with a `pg` pool, which replaces lost connections. */
export function createPostgresConnector(url: string, report: ReportError): PostgresConnector {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // The server ended an idle connection; the next query opens another.
  pool.on('error', (error) => report('a database connection was lost', error));
  return {
    ...connectorOf(pool),
    dispose: () => pool.end(),
    async transaction(work) {
      const client = await pool.connect();
      let failure: unknown;
      // A lost connection rejects the statement that waits; this handler keeps the process alive.
      client.on('error', (error) => (failure = error));
      // `enqueue({ tx })` needs the client itself.
      const withClient = (tx: Transaction): Transaction =>
        Object.defineProperty(tx, 'query', { value: client.query.bind(client) });
      try {
        return await inTransaction(
          'postgresql',
          createDatabase(connectorOf(client)),
          work,
          report,
          withClient,
        );
      } finally {
        client.removeAllListeners('error');
        client.release(failure !== undefined);
      }
    },
  };
}

function connectorOf(connection: Pick<pg.Pool, 'query'>): Connector {
  const runner: StatementRunner = {
    all: async (sql, values) =>
      (await connection.query(toNumberedParameters(sql), values)).rows as unknown[],
    run: async (sql, values) => {
      const { rows, rowCount } = await connection.query(toNumberedParameters(sql), values);
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
    prepare: (sql) => createStatement(runner, sql),
  };
}

const PARTS = new RegExp(`${QUOTED.source}|\\?`, 'g');

/** Replaces `?` with `$1`, `$2` …, outside of quotes and comments. */
export function toNumberedParameters(sql: string): string {
  let count = 0;
  return sql.replaceAll(PARTS, (part) => (part === '?' ? `$${++count}` : part));
}

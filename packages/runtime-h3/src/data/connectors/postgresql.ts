import type { Connector } from 'db0';
// The default export: the package is CommonJS, of which bundlers and Node see different names.
// oxlint-disable import/no-named-as-default-member -- as above
import pg from 'pg';
import { type Rows, toStatement } from './statement.ts';

/** PostgreSQL through a pool of `pg`, so that a lost connection is replaced. */
export function createPostgresConnector(url: string, onError: (error: Error) => void): Connector {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // An idle connection that the server ended; the next query opens another.
  pool.on('error', onError);
  const rows: Rows = {
    all: async (sql, values) => (await pool.query(toNumbered(sql), values)).rows as unknown[],
    run: async (sql, values) => {
      const { rows, rowCount } = await pool.query(toNumbered(sql), values);
      return { success: true, rows, changes: rowCount };
    },
  };
  return {
    name: 'postgresql',
    dialect: 'postgresql',
    getInstance: () => pool,
    exec: async (sql) => {
      await pool.query(sql);
      return { success: true };
    },
    prepare: (sql) => toStatement(rows, sql),
    dispose: () => pool.end(),
  };
}

/** `?` → `$1`, outside of quotes and comments. */
export function toNumbered(sql: string): string {
  let count = 0;
  return sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|\?/g, (part) =>
    part === '?' ? `$${++count}` : part,
  );
}

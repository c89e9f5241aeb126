import type { Connector } from 'db0';
import type { Pool, PoolConfig } from 'pg';
import { type Rows, toStatement } from './statement.ts';

/** PostgreSQL through a pool of `pg`, so that a lost connection is replaced. Rejects where the package is not installed. */
export async function createPostgresConnector(url: string, onError: (error: Error) => void): Promise<Connector> {
  const Pool = await importPool();
  const pool = new Pool({ connectionString: url, max: 10 });
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

async function importPool(): Promise<new (config: PoolConfig) => Pool> {
  // In a `try`, so that bundlers take a missing package for what it is: optional.
  try {
    const { default: pg } = await import('pg');
    return pg.Pool;
  } catch (cause) {
    throw new Error('the package pg is not installed', { cause });
  }
}

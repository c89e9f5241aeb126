import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Connector } from 'db0';
import { type Rows, toStatement } from './statement.ts';

/** The part of libsql's interface (that of better-sqlite3) used here. */
interface Native {
  exec(sql: string): unknown;
  prepare(sql: string): {
    all(values: unknown[]): unknown[];
    run(values: unknown[]): { changes: number; lastInsertRowid: unknown };
  };
  close(): void;
}

/** SQLite where Node has none of its own. Throws where the package `libsql` is not installed. */
export function createLibsqlConnector(path: string): Connector {
  const Native = requireLibsql();
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new Native(path);
  // One array, since a value that stands alone and is an object would be named parameters.
  const rows: Rows = {
    all: async (sql, values) => database.prepare(sql).all(values).map(plain),
    run: async (sql, values) => ({ success: true, ...database.prepare(sql).run(values) }),
  };
  return {
    name: 'libsql',
    dialect: 'sqlite',
    getInstance: () => database,
    exec: (sql) => {
      database.exec(sql);
      return { success: true };
    },
    prepare: (sql) => toStatement(rows, sql),
    dispose: () => database.close(),
  };
}

/** libsql puts its timing into rows that it gives one by one, and gives bytes as what nothing else takes. */
function plain(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row;
  const { _metadata, ...rest } = row as Record<string, unknown>;
  for (const [name, value] of Object.entries(rest))
    if (value instanceof ArrayBuffer) rest[name] = new Uint8Array(value);
  return rest;
}

/** From the app's own packages and never into a bundle: it is native, and the Node of the image has SQLite itself. */
function requireLibsql(): new (path: string) => Native {
  try {
    return createRequire(join(process.cwd(), 'package.json'))('libsql') as new (
      path: string,
    ) => Native;
  } catch (cause) {
    throw new Error('the package libsql is not installed', { cause });
  }
}

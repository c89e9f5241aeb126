import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Connector } from 'db0';
import { makeFolder } from '../make-folder.ts';
import { type StatementRunner, createStatement } from './statement.ts';

/**
 * The part of libsql's interface that the connector uses. better-sqlite3 has the same interface.
 */
interface Native {
  exec(sql: string): unknown;
  prepare(sql: string): {
    all(values: unknown[]): unknown[];
    run(values: unknown[]): { changes: number; lastInsertRowid: unknown };
  };
  close(): void;
}

/**
 * Creates a connector for SQLite on a Node version without `node:sqlite`. Throws if the package
 * `libsql` is not installed.
 */
export function createLibsqlConnector(path: string): Connector {
  const Native = requireLibsql();
  if (path !== ':memory:') makeFolder(dirname(path));
  const database = new Native(path);
  // Passes the values as one array, because libsql reads a single object as named parameters.
  const runner: StatementRunner = {
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
    prepare: (sql) => createStatement(runner, sql),
    dispose: () => database.close(),
  };
}

/** libsql adds timing to single rows, and returns bytes as `ArrayBuffer`. */
function plain(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row;
  const { _metadata, ...rest } = row as Record<string, unknown>;
  for (const [name, value] of Object.entries(rest))
    if (value instanceof ArrayBuffer) rest[name] = new Uint8Array(value);
  return rest;
}

/**
 * Loads libsql from the app's own packages. It is never bundled: it is native, and the Node of the
 * image has SQLite.
 */
function requireLibsql(): new (path: string) => Native {
  try {
    return createRequire(join(process.cwd(), 'package.json'))('libsql') as new (
      path: string,
    ) => Native;
  } catch (cause) {
    throw new Error('the package libsql is not installed', { cause });
  }
}

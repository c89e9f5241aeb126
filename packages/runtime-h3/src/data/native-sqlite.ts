import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { makeFolder } from './make-folder.ts';

export type Value = string | number | null;
export type Row = Record<string, Value>;

/** Bytes of a result: libsql returns an `ArrayBuffer`. */
export type Bytes = Uint8Array | ArrayBuffer;

/** The common part of Node's SQLite and libsql. Both are synchronous. */
export interface Native {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): void;
}

export interface Statement {
  all(...values: Value[]): unknown[];
  /** Bytes must not be the first value: libsql reads a single object as named parameters. */
  run(...values: (Value | Uint8Array)[]): { changes: number | bigint };
}

type Open = new (path: string) => Native;

/** Opens the file with Node's SQLite, or with the package `libsql` if Node has no SQLite. */
export function openNative(path: string, from: string): Native {
  makeFolder(dirname(path));
  if (path !== ':memory:') createPrivateFile(path);
  const builtIn = process.getBuiltinModule?.('node:sqlite') as { DatabaseSync: Open } | undefined;
  return new (builtIn?.DatabaseSync ?? requireLibsql(from))(path);
}

/**
 * Creates the file if there is none, so that other users of the machine can't read payloads and
 * logs. SQLite gives its own files beside it the same mode.
 */
function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch {
    // It exists and keeps its mode, or SQLite reports why it can't be created.
  }
}

/** Whether this Node has SQLite, or the app the package `libsql`. */
export function canOpenSqlite(from: string): boolean {
  if (process.getBuiltinModule?.('node:sqlite')) return true;
  try {
    requireLibsql(from);
    return true;
  } catch {
    return false;
  }
}

/**
 * Loads libsql from the app's own packages. It is never bundled: it is native, and the Node of the
 * image has SQLite.
 */
function requireLibsql(from: string): Open {
  try {
    return createRequire(join(from, 'package.json'))('libsql') as Open;
  } catch (cause) {
    throw new Error(
      `Node ${process.versions.node} has no built-in SQLite and the package libsql is not installed`,
      { cause },
    );
  }
}

/** Ends a transaction that failed. */
export function rollBack(db: Native): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back itself, as it does when the disk is full.
  }
}

/** An error of SQLite, as data that can be sent to another thread. */
export interface SqliteFailure {
  /** Primary result code of SQLite; 0 for an error of another kind. */
  sqlite: number;
  message: string;
}

export const SQLITE_BUSY = 5;

/** Result codes by the names that libsql uses. */
const CODES: Record<string, number> = {
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
};
/** Errors of a folder that can't be created, which count as `CANTOPEN`. */
const NO_FOLDER = /^(ENOENT|ENOTDIR|EACCES|EPERM|EROFS)$/;

/** Turns an error into data that can be sent to another thread. */
export function toFailure(error: unknown): SqliteFailure {
  const {
    errcode,
    code,
    message = String(error),
  } = (error ?? {}) as { errcode?: number; code?: string; message?: string };
  // Node reports the extended code, libsql the name.
  const name = /^SQLITE_([A-Z]+)/.exec(code ?? '')?.[1] ?? '';
  const byName = NO_FOLDER.test(code ?? '') ? CODES.CANTOPEN! : (CODES[name] ?? 0);
  return { sqlite: errcode === undefined ? byName : errcode & 0xff, message };
}

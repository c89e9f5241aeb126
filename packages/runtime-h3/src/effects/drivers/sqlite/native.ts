import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Failure } from './protocol.ts';

export type Value = string | number | null;
export type Row = Record<string, Value>;

/** The part that Node's SQLite and libsql have in common. Both are synchronous. */
export interface Native {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): void;
}

export interface Statement {
  all(...values: Value[]): unknown[];
  run(...values: Value[]): { changes: number | bigint };
}

type Open = new (path: string) => Native;

/** Opens the file with SQLite's own Node module, else with the package `libsql`. Throws what they throw. */
export function openNative(path: string, from: string): Native {
  makeFolder(dirname(path));
  const builtIn = process.getBuiltinModule?.('node:sqlite') as { DatabaseSync: Open } | undefined;
  return new (builtIn?.DatabaseSync ?? requireLibsql(from))(path);
}

/** Node's own way to make those above it too has no end where a file system takes none, such as /proc. */
function makeFolder(folder: string): void {
  const above = dirname(folder);
  if (existsSync(folder) || above === folder) return;
  makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** From the app's own packages and never into a bundle: it is native, and the Node of the image has SQLite itself. */
function requireLibsql(from: string): Open {
  try {
    return createRequire(join(from, 'package.json'))('libsql') as Open;
  } catch (cause) {
    throw new Error(
      `Node ${process.versions.node} has no SQLite of its own and the package libsql is not installed`,
      { cause },
    );
  }
}

export const SQLITE_BUSY = 5;

const NAMES: Record<string, number> = {
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
};
/** Why a folder can't be made, which is SQLite's `CANTOPEN`. */
const NO_FOLDER = /^(ENOENT|ENOTDIR|EACCES|EPERM|EROFS)$/;

/** What went wrong, as data that crosses threads. */
export function toFailure(error: unknown): Failure {
  const {
    errcode,
    code,
    message = String(error),
  } = (error ?? {}) as { errcode?: number; code?: string; message?: string };
  // Node gives the extended number, libsql the name.
  const named = /^SQLITE_([A-Z]+)/.exec(code ?? '')?.[1] ?? '';
  const byName = NO_FOLDER.test(code ?? '') ? NAMES.CANTOPEN! : (NAMES[named] ?? 0);
  return { sqlite: errcode === undefined ? byName : errcode & 0xff, message };
}

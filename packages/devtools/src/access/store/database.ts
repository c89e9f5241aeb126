import { chmodSync } from 'node:fs';
import { openNative } from '@gati/runtime-h3/internal';

export type Value = string | number | null;

/**
 * Runs SQL on the accounts. Synchronous, because a request for the panel runs only a few
 * statements.
 */
export interface Database {
  all<Row>(sql: string, ...values: Value[]): Row[];
  get<Row>(sql: string, ...values: Value[]): Row | undefined;
  /** Returns the number of changed rows. */
  run(sql: string, ...values: Value[]): number;
  /**
   * Runs SQL that records a use, such as that of a session. If the file can't be written, the
   * record is missing, and reading still works.
   */
  note(sql: string, ...values: Value[]): void;
  /** Runs a transaction. No other process writes during it. */
  transaction<Result>(run: () => Result): Result;
  close(): void;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS person (
  id TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE UNIQUE, role TEXT NOT NULL,
  created INTEGER NOT NULL, totp TEXT, totpStep INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS passkey (
  id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
  name TEXT NOT NULL, publicKey TEXT NOT NULL, counter INTEGER NOT NULL, transports TEXT NOT NULL,
  created INTEGER NOT NULL, used INTEGER);
CREATE TABLE IF NOT EXISTS recovery (
  hash TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS session (
  hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL REFERENCES person ON DELETE CASCADE, method TEXT NOT NULL,
  created INTEGER NOT NULL, seen INTEGER NOT NULL, proved INTEGER NOT NULL,
  address TEXT NOT NULL, agent TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS token (
  hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL REFERENCES person ON DELETE CASCADE, name TEXT NOT NULL,
  prefix TEXT NOT NULL, role TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
  used INTEGER);
CREATE TABLE IF NOT EXISTS link (
  hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, role TEXT NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS challenge (hash TEXT PRIMARY KEY, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS attempt (
  key TEXT PRIMARY KEY, count INTEGER NOT NULL, last INTEGER NOT NULL, until INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, entry TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ended (number INTEGER PRIMARY KEY);
CREATE TRIGGER IF NOT EXISTS audit_is_final BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'entries of the audit log do not change'); END;
`;

/**
 * Opens the file, which only this user can read.
 *
 * @throws when it can't be opened or created
 */
export function openDatabase(path: string): Database {
  const native = openPrivate(path);
  native.exec('PRAGMA busy_timeout = 3000');
  native.exec('PRAGMA journal_mode = WAL');
  native.exec('PRAGMA foreign_keys = ON');
  native.exec(SCHEMA);
  const statements = new Map<string, ReturnType<typeof native.prepare>>();
  const prepare = (sql: string): ReturnType<typeof native.prepare> => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = native.prepare(sql)));
    return statement;
  };
  const all = <Row>(sql: string, values: Value[]): Row[] => prepare(sql).all(...values) as Row[];
  return {
    all: (sql, ...values) => all(sql, values),
    get: (sql, ...values) => all<never>(sql, values)[0],
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    note(sql, ...values) {
      try {
        prepare(sql).run(...values);
      } catch {
        // A full disk, for example. Changes fail with their own error.
      }
    },
    transaction(run) {
      native.exec('BEGIN IMMEDIATE');
      try {
        const result = run();
        native.exec('COMMIT');
        return result;
      } catch (error) {
        native.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => native.close(),
  };
}

/** Opens the file so that no other user could read it at any time. */
function openPrivate(path: string): ReturnType<typeof openNative> {
  const before = process.umask(0o077);
  try {
    const native = openNative(path, process.cwd());
    if (path !== ':memory:') chmodSync(path, 0o600);
    return native;
  } finally {
    process.umask(before);
  }
}

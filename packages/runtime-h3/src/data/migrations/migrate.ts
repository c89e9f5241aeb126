import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseMigration } from '../../types/bundle.ts';
import type { MigrationConnection } from './connection.ts';
import { lockError, migrateError } from './errors.ts';
import { type AppliedMigration, checksumOf, type MigrationPlan, planMigrations } from './order.ts';
import {
  findTransactionStatement,
  isWithoutTransaction,
  lineAt,
  splitStatements,
} from './statements.ts';

/** A migration that was applied now. */
export interface FinishedMigration {
  name: string;
  milliseconds: number;
}

export interface MigrateOptions {
  /** Milliseconds to wait for another process that migrates. */
  lockTimeout?: number;
  /** Called after each migration. */
  onApplied?(migration: FinishedMigration): void;
  /** Wraps the work of one migration, for telemetry. */
  observe?(name: string, work: () => Promise<void>): Promise<void>;
}

const LOCK_TIMEOUT = 60_000;
/** Milliseconds between two tries to get the lock. */
const LOCK_PAUSE = 100;

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS gati_migrations (
  name VARCHAR(255) NOT NULL PRIMARY KEY,
  checksum VARCHAR(64) NOT NULL,
  applied_at VARCHAR(30) NOT NULL
)`;

/**
 * Applies the files that the database does not have yet, each in a transaction, while no other
 * process does.
 *
 * @throws {GatiError} GATI_MIGRATE_HISTORY when files and database do not match
 * @throws {GatiError} GATI_MIGRATE when a migration fails, or another process has the lock for too
 * long
 */
export async function migrate(
  connection: MigrationConnection,
  files: readonly DatabaseMigration[],
  { lockTimeout = LOCK_TIMEOUT, onApplied, observe = (_name, work) => work() }: MigrateOptions = {},
): Promise<FinishedMigration[]> {
  await waitForLock(connection, lockTimeout);
  const { pending } = await readPlan(connection, files);
  if (pending.length > 0) await connection.exec(CREATE_TABLE);
  const finished: FinishedMigration[] = [];
  for (const migration of pending) {
    const start = performance.now();
    await observe(migration.name, () => apply(connection, migration));
    finished.push({
      name: migration.name,
      milliseconds: Math.round(performance.now() - start),
    });
    onApplied?.(finished.at(-1)!);
  }
  return finished;
}

/**
 * Compares the files with the database, and changes nothing.
 *
 * @throws {GatiError} GATI_MIGRATE_HISTORY when they do not match
 */
export async function readPlan(
  connection: MigrationConnection | undefined,
  files: readonly DatabaseMigration[],
): Promise<MigrationPlan & { applied: AppliedMigration[] }> {
  const applied = connection === undefined ? [] : await readApplied(connection);
  return { ...planMigrations(files, applied), applied };
}

async function readApplied(connection: MigrationConnection): Promise<AppliedMigration[]> {
  try {
    const rows = await connection.all(
      'SELECT name, checksum, applied_at FROM gati_migrations ORDER BY applied_at, name',
    );
    return rows.map(({ name, checksum, applied_at }) => ({
      name: String(name),
      checksum: String(checksum),
      appliedAt: String(applied_at),
    }));
  } catch (error) {
    if (connection.isMissingTable(error)) return [];
    throw error;
  }
}

async function waitForLock(connection: MigrationConnection, timeout: number): Promise<void> {
  const end = performance.now() + timeout;
  while (!(await connection.tryLock())) {
    if (performance.now() >= end) throw lockError(Math.round(timeout / 1000));
    await sleep(LOCK_PAUSE);
  }
}

async function apply(connection: MigrationConnection, migration: DatabaseMigration): Promise<void> {
  const { name, sql } = migration;
  if (isWithoutTransaction(sql)) {
    // In PostgreSQL, statements that are sent together are one transaction.
    const { dialect } = connection;
    const statements =
      dialect === 'postgresql' ? splitStatements(sql, dialect) : [{ text: sql, start: 0 }];
    for (const { text, start } of statements) await run(connection, migration, text, start);
    return record(connection, migration);
  }
  const own = findTransactionStatement(sql, connection.dialect);
  if (own)
    throw migrateError(
      name,
      `it contains \`${own.text.trim()}\`, but runs in a transaction`,
      'Remove the statement, or add the line `-- gati: no-transaction`.',
      { line: lineAt(sql, own.start + own.text.search(/\S/)) },
    );
  await connection.exec('BEGIN');
  try {
    await run(connection, migration, sql, 0);
    await record(connection, migration);
    await connection.exec('COMMIT');
  } catch (error) {
    // Fails if the connection is lost or the database has rolled back. The first error is thrown.
    await connection.exec('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Runs a part of a file, which begins at `start`. */
async function run(
  connection: MigrationConnection,
  { name, sql }: DatabaseMigration,
  text: string,
  start: number,
): Promise<void> {
  try {
    await connection.exec(text);
  } catch (cause) {
    const place = connection.placeOf(cause);
    const isPartial = isWithoutTransaction(sql);
    throw migrateError(
      name,
      (cause as Error).message.replace(/\.$/, ''),
      isPartial
        ? 'Correct the file and migrate again. It runs without a transaction, so its first statements may have been applied: it starts again from its first statement.'
        : 'Correct the file and migrate again. Nothing of it was applied.',
      { cause, ...(place !== undefined && { line: lineAt(sql, start + place) }) },
    );
  }
}

async function record(
  connection: MigrationConnection,
  { name, sql }: DatabaseMigration,
): Promise<void> {
  await connection.all(
    'INSERT INTO gati_migrations (name, checksum, applied_at) VALUES (?, ?, ?)',
    name,
    checksumOf(sql),
    new Date().toISOString(),
  );
}

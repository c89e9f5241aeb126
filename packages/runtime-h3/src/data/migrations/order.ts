import { createHash } from 'node:crypto';
import type { DatabaseMigration } from '../../types/bundle.ts';
import { historyError } from './errors.ts';

/** A migration that the table `gati_migrations` lists. */
export interface AppliedMigration {
  name: string;
  checksum: string;
  /** RFC 3339. */
  appliedAt: string;
}

export interface MigrationPlan {
  /** Files that are not applied yet, in their order. */
  pending: DatabaseMigration[];
  /** Names of applied migrations after the last file: a newer release has applied them. */
  newer: string[];
}

/**
 * Compares two names: by their leading number, then by their text. `2_b.sql` comes before
 * `10_a.sql`, and a name without a number after all numbers.
 */
export function compareNames(a: string, b: string): number {
  const [first, second] = [leadingNumber(a), leadingNumber(b)];
  if (first !== second) {
    if (first === undefined) return 1;
    return second === undefined || first < second ? -1 : 1;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function leadingNumber(name: string): bigint | undefined {
  const digits = /^\d+/.exec(name)?.[0];
  return digits === undefined ? undefined : BigInt(digits);
}

/** Returns the SHA-256 of the text, hex. Line ends do not count: git may change them. */
export function checksumOf(sql: string): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');
}

/**
 * Compares the files with the migrations that the database has.
 *
 * @throws {GatiError} GATI_MIGRATE_HISTORY when an applied file has changed or is missing, or when
 * a pending one is before an applied one
 */
export function planMigrations(
  files: readonly DatabaseMigration[],
  applied: readonly AppliedMigration[],
): MigrationPlan {
  const records = new Map(applied.map((record) => [record.name, record]));
  const names = new Set(files.map(({ name }) => name));
  const [lastFile] = files
    .map(({ name }) => name)
    .sort(compareNames)
    .slice(-1);
  const [lastApplied] = [...records.keys()].sort(compareNames).slice(-1);
  const isBefore = (name: string, other: string | undefined): boolean =>
    other !== undefined && compareNames(name, other) < 0;
  for (const { name, sql } of files) {
    const record = records.get(name);
    if (record && record.checksum !== checksumOf(sql))
      throw historyError('changed', name, record.appliedAt);
    if (!record && isBefore(name, lastApplied)) throw historyError('late', name, lastApplied!);
  }
  const newer = [...records.keys()].filter((name) => !names.has(name)).sort(compareNames);
  for (const name of newer)
    if (isBefore(name, lastFile)) throw historyError('missing', name, records.get(name)!.appliedAt);
  return {
    pending: files
      .filter(({ name }) => !records.has(name))
      .toSorted((a, b) => compareNames(a.name, b.name)),
    newer,
  };
}

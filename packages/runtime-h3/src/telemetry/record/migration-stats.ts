import type { DatabaseMigrationMetric, MigrationMetric } from '../export/server-metrics.ts';

/** Requests that migrations of this process served, by the two releases. */
const migrations = new Map<string, MigrationMetric>();

/**
 * Counts a request for a retired release that a newer one serves. Returns whether it is the first
 * one of this process.
 *
 * @param from version of the retired release
 * @param to version of the release that responds
 */
export function countMigration(from: string, to: string): boolean {
  const known = migrations.get(`${from} ${to}`);
  if (known) known.count++;
  else migrations.set(`${from} ${to}`, { from, to, count: 1 });
  return known === undefined;
}

export const migrationMetrics = (): MigrationMetric[] => [...migrations.values()];

/** Migrations of the database that this process applied. */
const databaseMigrations = new Map<string, DatabaseMigrationMetric>();

export function countDatabaseMigration(name: string): void {
  const known = databaseMigrations.get(name);
  if (known) known.count++;
  else databaseMigrations.set(name, { name, count: 1 });
}

export const databaseMigrationMetrics = (): DatabaseMigrationMetric[] => [
  ...databaseMigrations.values(),
];

/**
 * Entry `@gati/runtime-h3/migrations`: migrations of the database, and the command `migrate` that
 * `gati` and a built server share. Internal: for the plugin and the `gati` command; changes without
 * notice.
 */
export { parseDatabaseAddress } from '../database-address.ts';
export { migrateDatabase, type MigrateFlags } from './command.ts';
export { openMigrationConnection } from './open-connection.ts';
export { type FinishedMigration, migrate, readPlan } from './migrate.ts';
export { compareNames } from './order.ts';
export type { DatabaseMigration } from '../../types/bundle.ts';

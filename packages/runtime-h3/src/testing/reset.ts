import { databaseError } from '../data/errors.ts';
import type { GlobalContext } from '../types/context.ts';

/**
 * Empties what tests leave behind: all tables of the database in memory, the storage and the state.
 * Tables and indexes stay, because modules and migrations create them at the start.
 *
 * @param address value of `GATI_DATABASE`
 * @throws {GatiError} GATI_DATABASE when it names a database, whose data may be of value
 */
export async function resetData(
  { db, storage, state }: Pick<GlobalContext, 'db' | 'storage' | 'state'>,
  address: string | undefined,
): Promise<void> {
  if (address)
    throw databaseError(
      'reset() empties only the database in memory, and GATI_DATABASE names another one.',
      'Run the tests without GATI_DATABASE, or with testApp({ env: { GATI_DATABASE: undefined } }).',
    );
  state.clear();
  await storage.clear();
  // Fails if no SQLite driver is installed, which only Node 20 needs. The app then has no database.
  const pragma = await db
    .prepare('PRAGMA foreign_keys')
    .get<{ foreign_keys: number }>()
    .catch(() => undefined);
  if (pragma === undefined) return;
  const tables = await db
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'gati_migrations' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .all<{ name: string }>();
  const counters = await db
    .prepare("SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'")
    .all<{ name: string }>();
  await db.exec('PRAGMA foreign_keys = OFF');
  try {
    for (const { name } of [...tables, ...counters])
      await db.exec(`DELETE FROM "${name.replaceAll('"', '""')}"`);
  } finally {
    await db.exec(`PRAGMA foreign_keys = ${pragma.foreign_keys}`);
  }
}

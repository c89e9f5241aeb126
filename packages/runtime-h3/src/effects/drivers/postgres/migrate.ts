import { retryWhileUnavailable } from '../shared/retry.ts';
import { unavailableError } from '../shared/unavailable.ts';
import type { Connection, Queryable } from './connection.ts';
import { isOutage } from './errors.ts';
import { migrations } from './schema.ts';

/**
 * Migrates the schema to this version. If several processes start together, one of them does it. A
 * schema of a later version stays as it is.
 *
 * @throws {GatiError} GATI_EFFECTS_AWAY when the database can't be used
 */
export async function migrate(connection: Connection, schema: string): Promise<void> {
  const list = migrations(schema);
  try {
    // A database that starts together with this server is available a little later.
    await retryWhileUnavailable(async () => {
      if ((await versionOf(connection, schema)) >= list.length) return;
      await connection.transaction(async (client) => {
        await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`${schema}.schema`]);
        await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
        await client.query(
          `CREATE TABLE IF NOT EXISTS ${schema}.schema_version (version integer NOT NULL)`,
        );
        const from = await versionOf(client, schema);
        for (const migration of list.slice(from)) await client.query(migration);
        if (from === 0)
          await client.query(`INSERT INTO ${schema}.schema_version VALUES ($1)`, [list.length]);
        else if (from < list.length)
          await client.query(`UPDATE ${schema}.schema_version SET version = $1`, [list.length]);
      });
    }, isOutage);
  } catch (cause) {
    throw unavailableError(
      "The queue in PostgreSQL can't be opened",
      `Check that GATI_EFFECTS names a running PostgreSQL server, and a user that owns the schema ${schema} or may create it.`,
      cause,
    );
  }
}

async function versionOf(client: Queryable, schema: string): Promise<number> {
  const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [
    `${schema}.schema_version`,
  ]);
  if (!(rows[0] as { there: boolean }).there) return 0;
  const found = await client.query(`SELECT version FROM ${schema}.schema_version`);
  return (found.rows[0] as { version: number } | undefined)?.version ?? 0;
}

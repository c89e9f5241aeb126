// Uses the default export, because the package is CommonJS, and bundlers and Node see different
// named exports of it.
// oxlint-disable import/no-named-as-default-member -- as above
import pg from 'pg';
import { toNumberedParameters } from '../connectors/postgresql.ts';
import { databaseError } from '../errors.ts';
import type { MigrationConnection } from './connection.ts';

/** Key of the advisory lock: the first 15 hex digits of the SHA-256 of `gati_migrations`. */
const LOCK_KEY = '1071049250417548753';
/** Milliseconds to connect. */
const CONNECT_TIMEOUT = 15_000;
const UNDEFINED_TABLE = '42P01';

/**
 * Opens a connection that also holds the lock: if the connection is lost, so are the lock and the
 * transaction.
 *
 * @throws {GatiError} GATI_DATABASE when the server can't be reached
 */
export async function openPostgresConnection(url: string): Promise<MigrationConnection> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    application_name: 'gati migrate',
  });
  // A lost connection rejects the statement that waits.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (cause) {
    throw databaseError(
      `The database can't be reached: ${(cause as Error).message || (cause as { code?: string }).code}.`,
      'Check host, port, user, password and name of the database in GATI_DATABASE.',
      cause,
    );
  }
  const all: MigrationConnection['all'] = async (sql, ...values) =>
    (await client.query(toNumberedParameters(sql), values)).rows as never;
  return {
    dialect: 'postgresql',
    tryLock: async () =>
      (await all(`SELECT pg_try_advisory_lock(${LOCK_KEY}) AS locked`))[0]?.locked === true,
    exec: async (sql) => void (await client.query(sql)),
    all,
    isMissingTable: (error) => (error as { code?: string }).code === UNDEFINED_TABLE,
    placeOf(error) {
      const { position } = error as { position?: string };
      return position === undefined ? undefined : Number(position) - 1;
    },
    close: () => client.end(),
  };
}

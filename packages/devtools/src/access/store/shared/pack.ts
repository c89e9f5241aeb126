import { gunzipSync, gzipSync } from 'node:zlib';
import type { Database, Value } from '../database.ts';

/** Tables of the accounts, in an order in which rows refer only to earlier tables. */
const TABLES = [
  'meta',
  'person',
  'passkey',
  'recovery',
  'session',
  'token',
  'link',
  'challenge',
  'attempt',
  'audit',
  'ended',
] as const;

/** Maximum number of bytes of an unpacked document. */
const MAX_BYTES = 32 * 1_048_576;

type Row = Record<string, Value>;

interface Packed {
  /** Identifies the write. */
  commit: string;
  tables: Record<string, Row[]>;
}

/** Packs all tables into the bytes of a document. */
export function pack(database: Database, commit: string): Buffer {
  const tables = Object.fromEntries(
    TABLES.map((table) => [table, database.all<Row>(`SELECT * FROM ${table}`)]),
  );
  return gzipSync(JSON.stringify({ commit, tables } satisfies Packed));
}

/**
 * Replaces all tables with those of a document. Returns the id of its last write.
 *
 * @throws when {@link pack} did not make the document
 */
export function unpack(database: Database, bytes: Uint8Array | undefined): string {
  const { commit, tables } =
    bytes === undefined
      ? { commit: '', tables: {} as Packed['tables'] }
      : (JSON.parse(gunzipSync(bytes, { maxOutputLength: MAX_BYTES }).toString()) as Packed);
  database.transaction(() => {
    for (const table of TABLES.toReversed()) database.run(`DELETE FROM ${table}`);
    for (const table of TABLES) for (const row of tables[table] ?? []) insert(database, table, row);
  });
  return commit;
}

function insert(database: Database, table: string, row: Row): void {
  const names = Object.keys(row).filter((name) => /^\w+$/.test(name));
  const places = names.map(() => '?').join(', ');
  database.run(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`,
    ...names.map((name) => row[name] ?? null),
  );
}

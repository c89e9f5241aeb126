import type { Native, Row } from '../../data/native-sqlite.ts';
import { inTransaction } from './transaction.ts';

/** Value of `PRAGMA user_version`. */
const VERSION = 4;

/**
 * `id` of requests, spans and logs is the time and a number: see `record-ids.ts`. So the primary
 * key is the order of all pages, and no table has an index. `names` has each method, route, version
 * and instance once. `ids` is the trace id (16 bytes), the span id (8) and the parent's id (8, or
 * absent). A row of `spans` has all spans that one trace has in one batch. `trace_chunks` leads
 * from a trace to its rows: see `trace-index.ts`. `steps` has the metrics: see `rollups.ts`.
 *
 * Each later version added what {@link ADDED} creates.
 */
const SCHEMA = `
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, seen INTEGER NOT NULL) STRICT;
CREATE TABLE requests (
  id INTEGER PRIMARY KEY,
  ids BLOB NOT NULL,
  us INTEGER NOT NULL,
  method INTEGER NOT NULL,
  route INTEGER NOT NULL,
  version INTEGER NOT NULL,
  status INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  path TEXT NOT NULL,
  request_id TEXT
) STRICT;
CREATE TABLE spans (id INTEGER PRIMARY KEY, trace BLOB NOT NULL, spans TEXT NOT NULL) STRICT;
CREATE TABLE logs (
  id INTEGER PRIMARY KEY,
  level INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  route INTEGER,
  version INTEGER,
  ids BLOB,
  message TEXT NOT NULL,
  fields TEXT NOT NULL
) STRICT;
CREATE TABLE trace_chunks (
  id INTEGER PRIMARY KEY, low INTEGER NOT NULL, high INTEGER NOT NULL, seed INTEGER NOT NULL, hashes BLOB NOT NULL
) STRICT;
CREATE TABLE steps (
  length INTEGER NOT NULL, time INTEGER NOT NULL, series BLOB NOT NULL, PRIMARY KEY (length, time)
) STRICT, WITHOUT ROWID;
CREATE TABLE folded (length INTEGER PRIMARY KEY, until INTEGER NOT NULL) STRICT;
CREATE TABLE errors (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  message TEXT NOT NULL,
  place TEXT,
  count INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  first_version TEXT,
  routes TEXT NOT NULL,
  last_trace TEXT
) STRICT, WITHOUT ROWID;
`;

/** SQL that each version after the first added. `traps`: see `trap-table.ts`. */
const ADDED: Record<number, string> = {
  2: `
CREATE TABLE captures (
  id INTEGER PRIMARY KEY, trace BLOB NOT NULL, bytes INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE TABLE traps (
  id TEXT PRIMARY KEY,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  most INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  trap TEXT NOT NULL
) STRICT;
`,
  3: `
CREATE TABLE callers (
  hour INTEGER NOT NULL,
  version TEXT NOT NULL,
  asked TEXT NOT NULL,
  agent TEXT NOT NULL,
  count INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  PRIMARY KEY (hour, version, asked, agent)
) STRICT, WITHOUT ROWID;
ALTER TABLE errors ADD COLUMN last_version TEXT;
ALTER TABLE errors ADD COLUMN callers TEXT;
ALTER TABLE errors ADD COLUMN decision TEXT;
`,
  // SQLite can't change a primary key.
  4: `
CREATE TABLE new_callers (
  hour INTEGER NOT NULL,
  version TEXT NOT NULL,
  asked TEXT NOT NULL,
  agent TEXT NOT NULL,
  sdk TEXT NOT NULL,
  subject TEXT NOT NULL,
  count INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  PRIMARY KEY (hour, version, asked, agent, sdk, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO new_callers SELECT hour, version, asked, agent, '', '', count, failed FROM callers;
DROP TABLE callers;
ALTER TABLE new_callers RENAME TO callers;
ALTER TABLE requests ADD COLUMN instance INTEGER;
ALTER TABLE logs ADD COLUMN instance INTEGER;
`,
};

/** The file was made by a newer version of this package. */
export class NewerFormat extends Error {}

/**
 * Prepares the connection and, in a new file, the tables.
 *
 * @param mostBytes bytes above which SQLite writes nothing more
 * @throws {NewerFormat} when a newer version of this package made the tables
 */
export function prepareFile(db: Native, mostBytes: number): void {
  db.exec('PRAGMA busy_timeout = 50');
  if (versionOf(db) > VERSION) throw new NewerFormat(`its format is ${versionOf(db)}`);
  // Has no effect after the first table is created.
  db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
  db.exec(
    'PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 33554432; PRAGMA cache_size = -8192',
  );
  const { page_size: pageSize } = db.prepare('PRAGMA page_size').all()[0] as Row;
  db.exec(`PRAGMA max_page_count = ${Math.ceil(mostBytes / Number(pageSize))}`);
  if (versionOf(db) === VERSION) return;
  inTransaction(db, () => {
    // Another process may have made the tables in the meantime.
    const version = versionOf(db);
    if (version === 0) db.exec(SCHEMA);
    for (let next = Math.max(version, 1) + 1; next <= VERSION; next++) db.exec(ADDED[next]!);
    db.exec(`PRAGMA user_version = ${VERSION}`);
  });
}

function versionOf(db: Native): number {
  return Number((db.prepare('PRAGMA user_version').all()[0] as Row).user_version);
}

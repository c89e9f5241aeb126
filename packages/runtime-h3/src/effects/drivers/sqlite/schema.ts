import {
  type Native,
  rollBack,
  type Row,
  SQLITE_BUSY,
  toFailure,
} from '../../../data/native-sqlite.ts';

/** Value of `PRAGMA user_version`. */
const VERSION = 1;

/** States as the table stores them, in the order of `STATES` in `list-jobs.ts`. */
export const WAITING = 0;
export const DELAYED = 1;
export const ACTIVE = 2;
export const COMPLETED = 3;
export const DEAD = 4;
export const CANCELLED = 5;

/** Assignments of an `UPDATE` that end the lease of a job. */
export const END_LEASE = 'token = NULL, leased_until = NULL';

/**
 * Columns of a job. Numbers are read as floating point: Node can't read a damaged integer beyond
 * 2^53, and one such row would fail the whole statement.
 */
export const JOB_COLUMNS =
  'seq, id, effect, payload, CAST(attempt AS REAL) AS attempt, CAST(priority AS REAL) AS priority, CAST(enqueued_at AS REAL) AS enqueued_at, release, key, trace, CAST(stepped AS REAL) AS stepped';

/** Milliseconds for which an idempotency key is stored after its job ended. */
export const KEY_MEMORY = 24 * 60 * 60 * 1000;

/**
 * `seq` is the order in which jobs were enqueued. Each state has its own partial index, so that a
 * claim reads the first entries of one index however many jobs there are. Keys outlive their jobs,
 * so they have their own table.
 */
const SCHEMA = `
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  effect TEXT NOT NULL,
  state INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  run_at INTEGER NOT NULL,
  leased_until INTEGER,
  token TEXT,
  enqueued_at INTEGER NOT NULL,
  stepped INTEGER NOT NULL DEFAULT 0,
  progress REAL,
  key TEXT,
  release TEXT NOT NULL,
  trace TEXT,
  error TEXT,
  result TEXT,
  payload TEXT NOT NULL
) STRICT;
CREATE INDEX waiting ON jobs (effect, priority DESC, seq) WHERE state = ${WAITING};
CREATE INDEX delayed ON jobs (run_at) WHERE state = ${DELAYED};
CREATE INDEX active ON jobs (leased_until) WHERE state = ${ACTIVE};
CREATE INDEX ended ON jobs (state, seq) WHERE state >= ${COMPLETED};
CREATE TABLE steps (seq INTEGER NOT NULL, name TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY (seq, name)) STRICT, WITHOUT ROWID;
CREATE TABLE keys (effect TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, until INTEGER, PRIMARY KEY (effect, key)) STRICT, WITHOUT ROWID;
CREATE INDEX forgotten ON keys (until) WHERE until IS NOT NULL;
PRAGMA user_version = ${VERSION};
`;

const PAUSES =
  'CREATE TABLE pauses (effect TEXT PRIMARY KEY, pause TEXT NOT NULL) STRICT, WITHOUT ROWID';

/**
 * Prepares the connection and, in a new file, the tables. Several processes may do so at the same
 * time.
 */
export function prepareFile(db: Native): void {
  // The first process changes the file for this, and SQLite does not wait for that lock.
  retryWhileBusy(() => db.exec('PRAGMA journal_mode = WAL'), 5000);
  db.exec(
    'PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384',
  );
  if (versionOf(db) === VERSION && hasTrace(db) && hasPauses(db)) return;
  begin(db, 5000);
  try {
    const found = versionOf(db);
    if (found > VERSION)
      throw new Error(
        `the file was made by a newer version of @gati/runtime-h3 (its format is ${found}, not ${VERSION})`,
      );
    if (found === 0) db.exec(SCHEMA);
    // The number of the schema stays the same, because earlier versions of Gati can use a file with
    // this column and this table.
    else if (!hasTrace(db)) db.exec('ALTER TABLE jobs ADD COLUMN trace TEXT');
    if (!hasPauses(db)) db.exec(PAUSES);
    db.exec('COMMIT');
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

/** Whether the table has the column that files of earlier versions lack. */
function hasTrace(db: Native): boolean {
  return (
    db.prepare("SELECT 1 FROM pragma_table_info('jobs') WHERE name = 'trace'").all().length > 0
  );
}

const hasPauses = (db: Native): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'pauses'").all().length >
  0;

function versionOf(db: Native): number {
  return Number((db.prepare('PRAGMA user_version').all()[0] as Row).user_version);
}

/**
 * Begins a write transaction. Throws if another process holds the write lock longer than `timeout`
 * milliseconds. Returns whether it had to wait.
 */
export function begin(db: Native, timeout: number): boolean {
  return retryWhileBusy(() => db.exec('BEGIN IMMEDIATE'), timeout);
}

/** Argument of `Atomics.wait`, which pauses the thread. */
const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * SQLite's own busy handler pauses up to 100 ms. While another process writes all the time, a
 * waiting process would hardly ever get the lock.
 */
function retryWhileBusy(act: () => unknown, timeout: number): boolean {
  const until = performance.now() + timeout;
  for (let tries = 0; ; tries++) {
    try {
      act();
      return tries > 0;
    } catch (error) {
      if (toFailure(error).sqlite !== SQLITE_BUSY || performance.now() > until) throw error;
      Atomics.wait(cell, 0, 0, Math.random() * Math.min(5, 0.2 * (tries + 1)));
    }
  }
}

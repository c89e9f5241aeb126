import { setImmediate } from 'node:timers/promises';
import type { TelemetryLimits } from '../telemetry-store.ts';
import { firstId } from './record-ids.ts';
import { HOUR_STEP, LONG_STEP, LONGEST_STEP, STEP } from '../../telemetry/record/metric-steps.ts';
import { foldedUntil, STEP_AGE } from './rollups.ts';
import type { Statements } from './statements.ts';

/** Rows per transaction. It takes some milliseconds, the longest time that a write waits. */
const ROWS = 1000;
/** Pages per call that are returned to the file system. */
const PAGES = 256;
const TABLES = ['requests', 'spans', 'logs', 'captures'] as const;
/**
 * Part of the limit to which the file shrinks, so that the next batch does not reach the limit
 * again.
 */
const KEPT = 0.95;

/** Deletes in steps; ends early when `isOpen` returns `false`. */
export async function prune(
  on: Statements,
  limits: TelemetryLimits,
  now: number,
  isOpen: () => boolean,
): Promise<void> {
  const steps = pruneSteps(on, limits, now);
  while (isOpen() && !steps.next().done) await setImmediate();
}

function* pruneSteps(
  on: Statements,
  { bytes, age, metricsAge }: TelemetryLimits,
  now: number,
): Generator<void> {
  const before = firstId(now - age);
  for (const table of TABLES) {
    while (deleteStretch(on, table, before)) yield;
    yield;
  }
  yield void on.run('DELETE FROM callers WHERE hour < ?', now - age);
  yield void on.run('DELETE FROM traps WHERE expires < ?', now - age);
  yield* pruneCaptures(on, bytes * CAPTURE_SHARE);
  yield void on.run('DELETE FROM trace_chunks WHERE high < ?', before);
  yield void on.run('DELETE FROM errors WHERE last_seen < ?', now - metricsAge);
  const short = Math.min(now - STEP_AGE, foldedUntil(on, LONG_STEP));
  const long = Math.min(now - metricsAge, foldedUntil(on, HOUR_STEP));
  const hour = Math.min(now - metricsAge, foldedUntil(on, LONGEST_STEP));
  yield* deleteSteps(on, STEP, Math.floor(short / LONG_STEP) * LONG_STEP);
  yield* deleteSteps(on, LONG_STEP, Math.floor(long / HOUR_STEP) * HOUR_STEP);
  yield* deleteSteps(on, HOUR_STEP, Math.floor(hour / LONGEST_STEP) * LONGEST_STEP);
  yield* deleteSteps(on, LONGEST_STEP, now - metricsAge);
  // A name in use is noted once an hour, and nothing older refers to it.
  const unused = now - Math.max(age, metricsAge) - STEP_AGE;
  yield void on.run('DELETE FROM names WHERE seen < ?', unused);
  if (usedBytes(on) > bytes) yield* deleteOldest(on, bytes * KEPT);
  // SQLite uses free pages again, so only a file over its limit is made shorter.
  while (
    pragma(on, 'page_count') * pragma(on, 'page_size') > bytes &&
    pragma(on, 'freelist_count') > 0
  )
    yield void on.all(`PRAGMA incremental_vacuum(${PAGES})`);
}

/** Part of the bytes that captures may use. */
const CAPTURE_SHARE = 1 / 8;
/** Captures per step: they are large. */
const CAPTURE_ROWS = 50;

/** Deletes the oldest captures until they have fewer bytes. */
function* pruneCaptures(on: Statements, bytes: number): Generator<void> {
  const total = on.all('SELECT sum(bytes) AS bytes FROM captures')[0]!.bytes as number | null;
  let over = (total ?? 0) - bytes;
  while (over > 0) {
    const rows = on.all('SELECT id, bytes FROM captures ORDER BY id LIMIT ?', CAPTURE_ROWS);
    if (rows.length === 0) return;
    let last = 0;
    for (const row of rows) {
      if (over <= 0) break;
      over -= row.bytes as number;
      last = row.id as number;
    }
    yield void on.run('DELETE FROM captures WHERE id <= ?', last);
  }
}

/** Deletes the oldest records until the file has fewer bytes. */
function* deleteOldest(on: Statements, bytes: number): Generator<void> {
  while (usedBytes(on) > bytes) {
    const oldest = oldestTable(on);
    if (oldest === undefined) return;
    deleteStretch(on, oldest.table, Number.MAX_SAFE_INTEGER);
    on.run('DELETE FROM trace_chunks WHERE high < ?', oldest.id);
    yield;
  }
}

type Table = (typeof TABLES)[number];

/** Deletes the oldest rows of a table. Returns whether there may be more before the bound. */
function deleteStretch(on: Statements, table: Table, before: number): boolean {
  const [bound] = on.all(
    `SELECT id FROM ${table} WHERE id < ? ORDER BY id LIMIT 1 OFFSET ${ROWS}`,
    before,
  );
  on.run(`DELETE FROM ${table} WHERE id < ?`, bound ? (bound.id as number) : before);
  return bound !== undefined;
}

/** A row of `steps` has the metrics of all routes. */
const STEP_ROWS = 100;

function* deleteSteps(on: Statements, length: number, before: number): Generator<void> {
  for (;;) {
    const [bound] = on.all(
      `SELECT time FROM steps WHERE length = ? AND time < ? ORDER BY time LIMIT 1 OFFSET ${STEP_ROWS}`,
      length,
      before,
    );
    const until = bound ? (bound.time as number) : before;
    yield void on.run('DELETE FROM steps WHERE length = ? AND time < ?', length, until);
    if (!bound) return;
  }
}

function oldestTable(on: Statements): { table: Table; id: number } | undefined {
  let oldest: { table: Table; id: number } | undefined;
  for (const table of TABLES) {
    const id = on.all(`SELECT min(id) AS id FROM ${table}`)[0]?.id as number | null;
    if (id !== null && (oldest === undefined || id < oldest.id)) oldest = { table, id };
  }
  return oldest;
}

function usedBytes(on: Statements): number {
  return (pragma(on, 'page_count') - pragma(on, 'freelist_count')) * pragma(on, 'page_size');
}

function pragma(on: Statements, name: 'page_count' | 'page_size' | 'freelist_count'): number {
  return on.all(`PRAGMA ${name}`)[0]![name] as number;
}

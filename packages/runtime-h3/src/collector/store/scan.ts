import type { Row, Value } from '../../data/native-sqlite.ts';
import type { TimeRange } from '../../types/telemetry-source.ts';
import { parseCursor } from './check-query.ts';
import { firstId } from './record-ids.ts';
import type { Statements } from './statements.ts';

/** Rows that one statement passes at most: some milliseconds. */
const STRETCH = 5000;
/** Rows that one statement returns at most, so that a search for a text needs little memory. */
const RETURNED = 1000;
/** Milliseconds after which a search ends with what it has found. */
const LONGEST_SEARCH = 150;

/** Ids from `low`, before `high`. */
export interface IdRange {
  low: number;
  high: number;
}

export function idRange({ from, to }: TimeRange, cursor?: string): IdRange {
  const high = firstId(to);
  return { low: firstId(from), high: Math.min(high, parseCursor(cursor) ?? high) };
}

/** Conditions in SQL and the values of their placeholders. */
export class Filter {
  readonly values: Value[] = [];
  #conditions = '';
  /** Nothing can match: a name that no record has. */
  impossible = false;

  add(condition: string, ...values: Value[]): void {
    this.#conditions += ` AND ${condition}`;
    this.values.push(...values);
  }

  get conditions(): string {
    return this.#conditions;
  }
}

export interface Scan {
  table: 'requests' | 'logs' | 'spans';
  /** Literal; contains `id`. */
  columns: string;
  range: IdRange;
  filter: Filter;
  /** Rows that are wanted. */
  limit: number;
  /** Decides what SQL can't. */
  keep?: (row: Row) => boolean;
}

/**
 * Searches a table, newest first, in stretches of rows until the limit or the time is reached.
 * `next` is the id before which the search continues.
 */
export function scan(on: Statements, search: Scan): { rows: Row[]; next?: number } {
  const { table, columns, range, filter, limit, keep } = search;
  const rows: Row[] = [];
  if (filter.impossible) return { rows };
  const end = performance.now() + LONGEST_SEARCH;
  let { high } = range;
  while (high > range.low) {
    const [bound] = on.all(
      `SELECT id FROM ${table} WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ${STRETCH - 1}`,
      range.low,
      high,
    );
    const low = bound ? (bound.id as number) : range.low;
    while (high > low) {
      const most = Math.min(RETURNED, limit + 1 - rows.length);
      const found = on.all(
        `SELECT ${columns} FROM ${table} WHERE id >= ? AND id < ?${filter.conditions} ORDER BY id DESC LIMIT ?`,
        low,
        high,
        ...filter.values,
        most,
      );
      for (const row of found) if (keep === undefined || keep(row)) rows.push(row);
      if (rows.length > limit) {
        rows.length = limit;
        return { rows, next: rows.at(-1)!.id as number };
      }
      high = found.length < most ? low : (found.at(-1)!.id as number);
      if (performance.now() > end && high > range.low) return { rows, next: high };
    }
  }
  return { rows };
}

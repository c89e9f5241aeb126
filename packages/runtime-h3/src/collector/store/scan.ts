import type { Row, Value } from '../../data/native-sqlite.ts';
import type { TimeRange } from '../../types/telemetry-source.ts';
import { parseCursor } from './check-query.ts';
import { firstId } from './record-ids.ts';
import type { Statements } from './statements.ts';

/** Maximum number of rows that one statement visits, which takes some milliseconds. */
const STRETCH = 5000;
/**
 * Maximum number of rows that one statement returns, so that a search for text needs little memory.
 */
const RETURNED = 1000;
/** Maximum milliseconds of a search. It then returns what it has found. */
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
  /** Nothing can match, because no record has a name of the filter. */
  impossible = false;

  add(condition: string, ...values: Value[]): void {
    this.#conditions += ` AND ${condition}`;
    this.values.push(...values);
  }

  get conditions(): string {
    return this.#conditions;
  }
}

export interface Search {
  table: 'requests' | 'logs' | 'spans';
  /** Literal; contains `id`. */
  columns: string;
  range: IdRange;
  filter: Filter;
  /** Check that SQL can't express. */
  keep?: ((row: Row) => boolean) | undefined;
}

/** Returns the end of a search that begins now, as `performance.now()`. */
export const searchEnd = (): number => performance.now() + LONGEST_SEARCH;

/**
 * Visits the rows that match, newest first, in ranges of rows, until the limit or the time is
 * reached. Returns the id before which the search continues; `undefined` if it found all.
 */
export function visitRows(
  on: Statements,
  { table, columns, range, filter, keep }: Search,
  limit: number,
  end: number,
  visit: (row: Row) => void,
): number | undefined {
  if (filter.impossible) return undefined;
  let visited = 0;
  let last = 0;
  let { high } = range;
  while (high > range.low) {
    const [bound] = on.all(
      `SELECT id FROM ${table} WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ${STRETCH - 1}`,
      range.low,
      high,
    );
    const low = bound ? (bound.id as number) : range.low;
    while (high > low) {
      const most = Math.min(RETURNED, limit + 1 - visited);
      const found = on.all(
        `SELECT ${columns} FROM ${table} WHERE id >= ? AND id < ?${filter.conditions} ORDER BY id DESC LIMIT ?`,
        low,
        high,
        ...filter.values,
        most,
      );
      for (const row of found) {
        if (keep?.(row) === false) continue;
        if (visited === limit) return last;
        visit(row);
        visited++;
        last = row.id as number;
      }
      high = found.length < most ? low : (found.at(-1)!.id as number);
      if (performance.now() > end && high > range.low) return high;
    }
  }
  return undefined;
}

/** Returns the first rows that {@link visitRows} visits. */
export function scan(
  on: Statements,
  search: Search,
  limit: number,
  end: number = searchEnd(),
): { rows: Row[]; next: number | undefined } {
  const rows: Row[] = [];
  const next = visitRows(on, search, limit, end, (row) => void rows.push(row));
  return { rows, next };
}

import type { LogRecord } from '../../api/types.ts';

/** Maximum number of lines that a page keeps. It drops the oldest first. */
export const MAX_LINES = 100_000;

/** A line with a key for its row. */
export interface LogRow {
  key: number;
  line: LogRecord;
}

let lastKey = 0;

/** Gives each line a key. */
export const toRows = (lines: readonly LogRecord[]): LogRow[] =>
  lines.map((line) => ({ key: ++lastKey, line }));

/** Appends newer rows, and drops the oldest above the limit. */
export function appendRows(rows: readonly LogRow[], newer: readonly LogRow[]): LogRow[] {
  const all = [...rows, ...newer];
  return all.length > MAX_LINES ? all.slice(-MAX_LINES) : all;
}

import type { Native, Row, Statement, Value } from '../../data/native-sqlite.ts';

/**
 * A connection whose statements are prepared once. All SQL is written as literals in this folder.
 */
export interface Statements {
  readonly db: Native;
  all(sql: string, ...values: Value[]): Row[];
  run(sql: string, ...values: (Value | Uint8Array)[]): number;
}

export function createStatements(db: Native): Statements {
  const prepared = new Map<string, Statement>();
  const statement = (sql: string): Statement => {
    let found = prepared.get(sql);
    if (found === undefined) prepared.set(sql, (found = db.prepare(sql)));
    return found;
  };
  return {
    db,
    all: (sql, ...values) => statement(sql).all(...values) as Row[],
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
  };
}

/** Rows per statement. A higher number is not faster. */
const ROWS = 50;

/**
 * Inserts rows, 50 per statement: a call of SQLite costs more than a row.
 *
 * @param head such as `INSERT INTO logs`
 * @param row placeholders of one row, such as `(?, unhex(?))`
 */
export function insertRows(on: Statements, head: string, row: string, rows: Value[][]): void {
  const many = `${head} VALUES ${Array.from({ length: ROWS }, () => row).join(', ')}`;
  let at = 0;
  for (; at + ROWS <= rows.length; at += ROWS) on.run(many, ...rows.slice(at, at + ROWS).flat());
  for (; at < rows.length; at++) on.run(`${head} VALUES ${row}`, ...rows[at]!);
}

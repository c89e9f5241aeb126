import type { Database as Db0 } from 'db0';
import type { RunResult, Sql, SqlResult, SqlValue, Statement } from '../types/data.ts';

/**
 * Converts values to those that the driver binds.
 *
 * @throws {GatiError} GATI_DATABASE when a value can't be bound
 */
export type Bind = (values: SqlValue[]) => never[];
/** Runs `work` with a connection, once one is free. */
export type Use = <Value>(work: (connection: Db0, bind: Bind) => Promise<Value>) => Promise<Value>;

/** Statements that return rows. */
const RETURNS_ROWS =
  /^\s*(?:select|values)\b|^\s*with\b(?![^]*\b(?:insert|update|delete)\b)|\breturning\b/i;

/** Drivers report more than their types say: PostgreSQL `rowCount`, SQLite the last row id. */
function toRunResult(result: { success: boolean }): RunResult {
  const { success, changes, lastInsertRowid } = result as Partial<RunResult>;
  return {
    success: success === true,
    changes: Number(changes ?? 0),
    ...(lastInsertRowid !== undefined && { lastInsertRowid }),
  };
}

/** Creates the SQL calls over connections from `use`. */
export function createSql(dialect: Sql['dialect'], use: Use): Sql {
  /** Values of the call replace bound ones. */
  const pick = (values: SqlValue[], bound: SqlValue[]): SqlValue[] =>
    values.length > 0 ? values : bound;
  const statement = (sql: string, bound: SqlValue[]): Statement => ({
    bind: (...values) => statement(sql, values),
    all: <Row>(...values: SqlValue[]) =>
      use(
        async (connection, bind) =>
          connection.prepare(sql).all(...bind(pick(values, bound))) as Promise<Row[]>,
      ),
    get: <Row>(...values: SqlValue[]) =>
      use(
        async (connection, bind) =>
          connection.prepare(sql).get(...bind(pick(values, bound))) as Promise<Row | undefined>,
      ),
    run: (...values) =>
      use(async (connection, bind) =>
        toRunResult(await connection.prepare(sql).run(...bind(pick(values, bound)))),
      ),
  });
  return {
    dialect,
    // db0's own tag would insert values in `{}` into the SQL text, so it is not used.
    sql: <Row>(strings: TemplateStringsArray, ...values: SqlValue[]) =>
      use(async (connection, bind): Promise<SqlResult<Row>> => {
        const text = strings.join('?');
        const prepared = connection.prepare(text);
        if (!RETURNS_ROWS.test(text))
          return { rows: [], ...toRunResult(await prepared.run(...bind(values))) };
        return { rows: (await prepared.all(...bind(values))) as Row[], success: true };
      }),
    exec: (sql) => use(async (connection) => connection.exec(sql)),
    prepare: (sql) => statement(sql, []),
  };
}

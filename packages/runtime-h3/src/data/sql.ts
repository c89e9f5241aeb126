import type { Database as Db0 } from 'db0';
import type { Sql, SqlResult, SqlValue, Statement } from './types.ts';
import { toBound } from './values.ts';

/** Does `work` with a connection, when there is one for it. */
export type Use = <Value>(work: (connection: Db0) => Promise<Value>) => Promise<Value>;

export function toSql(dialect: Sql['dialect'], use: Use): Sql {
  /** db0's types name fewer values than its drivers take. */
  const bind = (values: SqlValue[]): never[] => toBound(dialect, values) as never[];
  const pick = (values: SqlValue[], bound: SqlValue[]): never[] => bind(values.length > 0 ? values : bound);
  const statement = (sql: string, bound: SqlValue[]): Statement => ({
    bind: (...values) => statement(sql, values),
    all: <Row>(...values: SqlValue[]) => use(async (on) => on.prepare(sql).all(...pick(values, bound)) as Promise<Row[]>),
    get: <Row>(...values: SqlValue[]) => use(async (on) => on.prepare(sql).get(...pick(values, bound)) as Promise<Row | undefined>),
    run: (...values) => use(async (on) => on.prepare(sql).run(...pick(values, bound))),
  });
  return {
    dialect,
    sql: <Row>(strings: TemplateStringsArray, ...values: SqlValue[]) => use(async (on) => on.sql<SqlResult<Row>>(strings, ...bind(values))),
    exec: (sql) => use(async (on) => on.exec(sql)),
    prepare: (sql) => statement(sql, []),
  };
}

import type { Database as Db0 } from 'db0';
import type { Sql, SqlResult, SqlValue, Statement } from './types.ts';

/** What the driver binds for these values. Throws `GATI_DATABASE`. */
export type Bind = (values: SqlValue[]) => never[];
/** Does `work` with a connection, when there is one for it. */
export type Use = <Value>(work: (connection: Db0, bind: Bind) => Promise<Value>) => Promise<Value>;

export function toSql(dialect: Sql['dialect'], use: Use): Sql {
  const pick = (values: SqlValue[], bound: SqlValue[]): SqlValue[] => (values.length > 0 ? values : bound);
  const statement = (sql: string, bound: SqlValue[]): Statement => ({
    bind: (...values) => statement(sql, values),
    all: <Row>(...values: SqlValue[]) => use(async (on, bind) => on.prepare(sql).all(...bind(pick(values, bound))) as Promise<Row[]>),
    get: <Row>(...values: SqlValue[]) =>
      use(async (on, bind) => on.prepare(sql).get(...bind(pick(values, bound))) as Promise<Row | undefined>),
    run: (...values) => use(async (on, bind) => on.prepare(sql).run(...bind(pick(values, bound)))),
  });
  return {
    dialect,
    sql: <Row>(strings: TemplateStringsArray, ...values: SqlValue[]) =>
      use(async (on, bind) => on.sql<SqlResult<Row>>(strings, ...bind(values))),
    exec: (sql) => use(async (on) => on.exec(sql)),
    prepare: (sql) => statement(sql, []),
  };
}

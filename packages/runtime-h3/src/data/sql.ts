import type { Database as Db0 } from 'db0';
import type { Sql, SqlResult, SqlValue, Statement } from '../types/data.ts';

/** What the driver binds for these values. Throws `GATI_DATABASE`. */
export type Bind = (values: SqlValue[]) => never[];
/** Does `work` with a connection, when there is one for it. */
export type Use = <Value>(work: (connection: Db0, bind: Bind) => Promise<Value>) => Promise<Value>;

/** What gives rows; all else is run. */
const READS =
  /^\s*(?:select|values)\b|^\s*with\b(?![^]*\b(?:insert|update|delete)\b)|\breturning\b/i;

export function toSql(dialect: Sql['dialect'], use: Use): Sql {
  const pick = (values: SqlValue[], bound: SqlValue[]): SqlValue[] =>
    values.length > 0 ? values : bound;
  const statement = (sql: string, bound: SqlValue[]): Statement => ({
    bind: (...values) => statement(sql, values),
    all: <Row>(...values: SqlValue[]) =>
      use(async (on, bind) => on.prepare(sql).all(...bind(pick(values, bound))) as Promise<Row[]>),
    get: <Row>(...values: SqlValue[]) =>
      use(
        async (on, bind) =>
          on.prepare(sql).get(...bind(pick(values, bound))) as Promise<Row | undefined>,
      ),
    run: (...values) => use(async (on, bind) => on.prepare(sql).run(...bind(pick(values, bound)))),
  });
  return {
    dialect,
    // Not db0's own tag: it splices what stands between braces.
    sql: <Row>(strings: TemplateStringsArray, ...values: SqlValue[]) =>
      use(async (on, bind): Promise<SqlResult<Row>> => {
        const text = strings.join('?');
        const prepared = on.prepare(text);
        if (!READS.test(text)) return prepared.run(...bind(values));
        return { rows: (await prepared.all(...bind(values))) as Row[], success: true };
      }),
    exec: (sql) => use(async (on) => on.exec(sql)),
    prepare: (sql) => statement(sql, []),
  };
}

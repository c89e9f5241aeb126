import type { Database, Sql, SqlValue, Statement, Transaction } from '../../types/data.ts';
import { QUERY } from './span-table.ts';
import type { SpanScopes } from './span-scopes.ts';

/**
 * Returns the database with calls that are spans. A transaction is a span, with its queries below
 * it.
 */
export function traceDatabase<Db extends Database>(tracer: SpanScopes, db: Db): Db {
  return {
    ...db,
    ...traceSql(tracer, db),
    transaction: (work: (tx: Transaction) => Promise<unknown>) =>
      observeQuery(
        tracer,
        db,
        '',
        () => db.transaction((tx) => work(traceTransaction(tracer, tx))),
        'TRANSACTION',
      ),
  };
}

/**
 * Creates the traced transaction with `tx` as its prototype, so that the queue of the app still
 * recognizes it.
 */
function traceTransaction(tracer: SpanScopes, tx: Transaction): Transaction {
  return Object.assign(Object.create(tx) as Transaction, traceSql(tracer, tx));
}

function traceSql(tracer: SpanScopes, sql: Sql): Sql {
  return {
    dialect: sql.dialect,
    sql: (strings, ...values) =>
      observeQuery(tracer, sql, strings.join('?'), () => sql.sql(strings, ...values)),
    exec: (text) => observeQuery(tracer, sql, text, () => sql.exec(text)),
    prepare: (text) => traceStatement(tracer, sql, text, sql.prepare(text)),
  };
}

function traceStatement(
  tracer: SpanScopes,
  sql: Sql,
  text: string,
  statement: Statement,
): Statement {
  const observe = <Value>(work: () => Value): Value => observeQuery(tracer, sql, text, work);
  return {
    bind: (...values) => traceStatement(tracer, sql, text, statement.bind(...values)),
    all: <Row>(...values: SqlValue[]) => observe(() => statement.all<Row>(...values)),
    get: <Row>(...values: SqlValue[]) => observe(() => statement.get<Row>(...values)),
    run: (...values) => observe(() => statement.run(...values)),
  };
}

function observeQuery<Value>(
  tracer: SpanScopes,
  { dialect }: Sql,
  text: string,
  work: () => Value,
  operation?: string,
): Value {
  const query = { system: dialect, text, ...(operation !== undefined && { operation }) };
  return tracer.observe(QUERY, query, work);
}

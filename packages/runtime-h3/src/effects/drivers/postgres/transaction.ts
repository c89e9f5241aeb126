import { GatiError } from '@gati/contract';
import type { Queryable } from './connection.ts';

/** The user's own transaction: a connected client of `pg`, or what `gctx.db.transaction` gives. */
export function toQueryable(tx: unknown): Queryable {
  if (typeof tx === 'object' && tx !== null && 'query' in tx && typeof tx.query === 'function') return tx as Queryable;
  throw new GatiError({
    code: 'GATI_EFFECTS_TX',
    level: 'error',
    message: 'The job was not enqueued: `tx` is no transaction of PostgreSQL.',
    fix: 'Pass what gctx.db.transaction() gives, or the client of pg that began the transaction.',
  });
}

import { txError } from '../shared/tx-error.ts';
import type { Queryable } from './connection.ts';

/**
 * Returns the user's own transaction: that of `gctx.db`, or a `pg` client that has begun one.
 *
 * @throws {GatiError} GATI_EFFECTS_TX when `tx` is neither
 */
export function toQueryable(tx: unknown): Queryable {
  if (typeof tx === 'object' && tx !== null && 'query' in tx && typeof tx.query === 'function')
    return tx as Queryable;
  throw txError(
    '`tx` is not a transaction of PostgreSQL',
    'Pass the `tx` of gctx.db.transaction(), or the client of pg that began the transaction.',
  );
}

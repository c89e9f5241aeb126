import { GatiError } from '@gati/contract';
import type { Queryable } from './connection.ts';

/**
 * Returns the user's own transaction: that of `gctx.db`, or a `pg` client that has begun one.
 *
 * @throws {GatiError} GATI_EFFECTS_TX when `tx` is neither
 */
export function toQueryable(tx: unknown): Queryable {
  if (typeof tx === 'object' && tx !== null && 'query' in tx && typeof tx.query === 'function')
    return tx as Queryable;
  throw new GatiError({
    code: 'GATI_EFFECTS_TX',
    message: 'The job was not enqueued: `tx` is not a transaction of PostgreSQL.',
    fix: 'Pass the `tx` of gctx.db.transaction(), or the client of pg that began the transaction.',
  });
}

import type { ClaimRequest, Lease, QueueDriver } from '../../../ports.ts';
import type { ReadySignal } from '../shared/ready-signal.ts';
import { BATCH_ITEMS } from './batch-size.ts';
import type { Connection } from './connection.ts';
import { type Row, toJob } from './rows.ts';
import type { Statements } from './statements.ts';

/** Longest time without a claim, in case a notification was lost. Milliseconds. */
const LONGEST_SILENCE = 5000;
/**
 * Longest time without a claim for effects with a limit. Milliseconds. Another process may have
 * made room without a notification.
 */
const LONGEST_LIMITED_SILENCE = 1000;

/**
 * Creates `claim`. When a claim gets fewer jobs than requested, it sets `ready` to the time at which
 * the next job may become due.
 */
export function createClaim(
  connection: Connection,
  sql: Statements,
  ready: ReadySignal,
  onError: (error: Error) => void,
): QueueDriver['claim'] {
  return async (requests, lease) => {
    // All processes use the same order, since a limit takes a lock.
    const sorted = requests
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => (a.effect < b.effect ? -1 : 1));
    if (sorted.length === 0) return [];
    const effects = sorted.map(({ effect }) => effect);
    const limits = sorted.map(limitOf);
    const counts = sorted.map(({ count }) => Math.min(count, BATCH_ITEMS));
    // If the response is lost, the claimed jobs come back when their leases expire.
    const rows = await connection.retryable<Row>(
      sql.claim,
      [effects, counts, limits, Math.round(lease)],
      'gati_claim',
    );
    if (ready.listening && rows.length < counts.reduce((sum, count) => sum + count, 0)) {
      const isLimited = limits.some((limit) => limit > 0);
      void millisecondsUntilDue(connection, sql, effects, isLimited)
        .then(ready.fireWithin)
        .catch(onError);
    }
    rows.sort((a, b) => b.priority - a.priority || Number(a.seq) - Number(b.seq));
    return rows.map((row): Lease => ({ job: toJob(row), token: `${row.seq}.${row.fence}` }));
  };
}

/** Maximum number of active jobs of the effect; 0: no limit. */
const limitOf = ({ limit, exclusive }: ClaimRequest): number =>
  exclusive ? 1 : Number.isFinite(limit) ? limit! : 0;

/** Resolves to the milliseconds until a job of these effects may become due. */
async function millisecondsUntilDue(
  connection: Connection,
  sql: Statements,
  effects: string[],
  isLimited: boolean,
): Promise<number> {
  const [row] = await connection.retryable<{ wait: string | null }>(
    sql.nextDue,
    [effects],
    'gati_next',
  );
  const wait = row!.wait === null ? Infinity : Number(row!.wait);
  return Math.min(wait, isLimited ? LONGEST_LIMITED_SILENCE : LONGEST_SILENCE);
}

import { randomUUID } from 'node:crypto';
import type { Native, Row } from '../../../data/native-sqlite.ts';
import type { ClaimRequest, Lease, QueueJob } from '../../../ports.ts';
import { MAX_ATTEMPT } from '../shared/damaged-rows.ts';
import type { Clock } from './clock.ts';
import type { Store } from './protocol.ts';
import { ACTIVE, JOB_COLUMNS, WAITING } from './schema.ts';

/**
 * Creates `claim`.
 *
 * @param updateDue moves due jobs to the state `waiting`
 */
export function createClaim(
  db: Native,
  { wall }: Clock,
  updateDue: () => void,
  toJob: (row: Row) => QueueJob,
): Store['claim'] {
  const countActive = db.prepare(
    `SELECT count(*) AS count FROM jobs WHERE state = ${ACTIVE} AND effect = ?`,
  );
  const claimJobs = db.prepare(
    `UPDATE jobs SET state = ${ACTIVE}, attempt = max(-2, min(attempt, ${MAX_ATTEMPT})) + 1, token = seq || ':' || ?, leased_until = ? WHERE seq IN (SELECT seq FROM jobs WHERE state = ${WAITING} AND effect = ? ORDER BY priority DESC, seq LIMIT ?) RETURNING ${JOB_COLUMNS}, token`,
  );

  const claim = (
    { effect, count, limit = Infinity, exclusive }: ClaimRequest,
    until: number,
    tokenSuffix: string,
  ): Lease[] => {
    const mostActive = exclusive ? 1 : limit;
    const active =
      mostActive === Infinity ? 0 : (countActive.all(effect)[0] as { count: number }).count;
    const room = Math.min(count, mostActive - active);
    if (room <= 0) return [];
    const rows = claimJobs.all(tokenSuffix, until, effect, room) as Row[];
    // RETURNING does not guarantee an order.
    rows.sort(
      (a, b) =>
        (b.priority as number) - (a.priority as number) || (a.seq as number) - (b.seq as number),
    );
    return rows.map((row) => ({ job: toJob(row), token: row.token as string }));
  };

  return (requests, lease) => {
    updateDue();
    const tokenSuffix = randomUUID();
    return requests.flatMap((request) => claim(request, wall() + lease, tokenSuffix));
  };
}

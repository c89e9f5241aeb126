import type { DueEffect, JobFilter, JobRecord, QueueDriver } from '../../../ports.ts';
import { setAsideDamaged } from '../shared/damaged-rows.ts';
import type { Connection } from './connection.ts';
import { type Row, toConditions, toRecord } from './rows.ts';
import { NOW } from './schema.ts';
import { STATE } from './states.ts';

type JobLists = Required<
  Pick<QueueDriver, 'list' | 'due' | 'cancel' | 'redrive' | 'purge' | 'stats'>
>;

/** Number of jobs of each effect whose releases are read. */
const FIRST = 10;

/** Creates the calls that list and change jobs from outside, which are rare. */
export function createJobLists(connection: Connection, schema: string): JobLists {
  const jobs = `${schema}.jobs`;
  const clock = async (): Promise<number> =>
    Number((await connection.retryable<{ now: string }>(`SELECT ${NOW} AS now`, []))[0]!.now);
  const count = async (text: string, values: unknown[]): Promise<number> =>
    (await connection.retryable(text, values)).length;

  const setAside = (): Promise<unknown> =>
    connection.retryable(
      setAsideDamaged(
        jobs,
        { active: STATE.active, dead: STATE.dead, last: STATE.purged },
        NOW,
        'leased_until = NULL',
      ),
      [],
    );

  return {
    async list(filter: JobFilter): Promise<{ jobs: JobRecord[]; next?: string }> {
      const { cursor, newestFirst, ids } = filter;
      if (cursor === undefined && ids === undefined) await setAside();
      const now = await clock();
      const values: unknown[] = [now];
      const conditions = toConditions(filter, values);
      if (cursor !== undefined)
        conditions.push(`seq ${newestFirst ? '<' : '>'} $${values.push(Number(cursor))}`);
      const order = newestFirst ? 'DESC' : 'ASC';
      // Reads one job more than the limit, to know whether there is another page. `$1` is always
      // used, for its type.
      const text = `SELECT * FROM ${jobs} WHERE $1::bigint > 0 AND ${conditions.join(' AND ')} ORDER BY seq ${order} LIMIT $${values.push(filter.limit + 1)}`;
      const rows = await connection.retryable<Row>(text, values);
      const page = rows.slice(0, filter.limit);
      return {
        jobs: page.map((row) => toRecord(row, now)),
        ...(rows.length > page.length && { next: page.at(-1)!.seq }),
      };
    },

    // The query steps through each index from one effect to the next instead of reading all jobs.
    // The clock is in a subquery, since an index needs a condition that does not change during the
    // statement.
    due: () =>
      connection.retryable<DueEffect & Record<string, unknown>>(
        [
          { state: STATE.waiting, column: undefined },
          { state: STATE.delayed, column: 'run_at' },
          { state: STATE.active, column: 'leased_until' },
        ]
          .map(({ state, column }) => {
            const due = column === undefined ? '' : `AND ${column} <= (SELECT ${NOW})`;
            return `(WITH RECURSIVE found(effect) AS (
              SELECT min(effect) FROM ${jobs} WHERE state = ${state}
              UNION ALL SELECT (SELECT min(effect) FROM ${jobs} WHERE state = ${state} AND effect > found.effect) FROM found WHERE effect IS NOT NULL)
            SELECT found.effect, first.release FROM found CROSS JOIN LATERAL (
              SELECT release FROM ${jobs} WHERE state = ${state} AND effect = found.effect ${due} LIMIT ${FIRST}) AS first)`;
          })
          .join(' UNION '),
        [],
      ),

    cancel: (ids) =>
      count(
        `UPDATE ${jobs} SET state = ${STATE.cancelled}, run_at = ${NOW}, leased_until = NULL, steps = NULL WHERE id = ANY ($1::text[])
        AND (state IN (${STATE.waiting}, ${STATE.delayed}) OR (state = ${STATE.active} AND leased_until <= ${NOW})) RETURNING 1`,
        [ids],
      ),

    redrive: (ids) =>
      count(
        `UPDATE ${jobs} SET state = ${STATE.waiting}, run_at = ${NOW}, attempt = 0 WHERE id = ANY ($1::text[]) AND state = ${STATE.dead} RETURNING 1`,
        [ids],
      ),

    async purge(filter) {
      await setAside();
      const values: unknown[] = [await clock()];
      const conditions = [
        `$1::bigint > 0`,
        `state IN (${STATE.completed}, ${STATE.dead}, ${STATE.cancelled})`,
        ...toConditions(filter, values),
      ].join(' AND ');
      // The row of a job with a key stays, without its content, until the key expires.
      const emptied = await count(
        `UPDATE ${jobs} SET state = ${STATE.purged}, payload = '', result = NULL, error = NULL, steps = NULL, progress = NULL,
        run_at = CASE WHEN state = ${STATE.dead} THEN $1 ELSE run_at END WHERE key IS NOT NULL AND ${conditions} RETURNING 1`,
        values,
      );
      return (
        emptied +
        (await count(`DELETE FROM ${jobs} WHERE key IS NULL AND ${conditions} RETURNING 1`, values))
      );
    },

    async stats() {
      const [row] = await connection.retryable<
        Record<'waiting' | 'due' | 'lost' | 'delayed' | 'active' | 'dead', string>
      >(
        `SELECT (SELECT count(*) FROM ${jobs} WHERE state = ${STATE.waiting}) AS waiting,
          (SELECT count(*) FROM ${jobs} WHERE state = ${STATE.delayed} AND run_at <= $1) AS due,
          (SELECT count(*) FROM ${jobs} WHERE state = ${STATE.active} AND leased_until <= $1) AS lost,
          (SELECT count(*) FROM ${jobs} WHERE state = ${STATE.delayed} AND run_at > $1) AS delayed,
          (SELECT count(*) FROM ${jobs} WHERE state = ${STATE.active} AND leased_until > $1) AS active,
          (SELECT count(*) FROM ${jobs} WHERE state = ${STATE.dead}) AS dead`,
        [await clock()],
      );
      const { waiting, due, lost, delayed, active, dead } = row!;
      return {
        waiting: Number(waiting) + Number(due) + Number(lost),
        delayed: Number(delayed),
        active: Number(active),
        dead: Number(dead),
      };
    },
  };
}

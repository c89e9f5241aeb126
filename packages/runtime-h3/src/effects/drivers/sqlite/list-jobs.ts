import type {
  DueEffect,
  JobFilter,
  JobRecord,
  JobState,
  QueueJob,
  QueueStats,
} from '../../../ports.ts';
import type { Clock } from './clock.ts';
import type { Native, Row, Value } from '../../../data/native-sqlite.ts';
import type { Store } from './protocol.ts';
import { setAsideDamaged } from '../shared/damaged-rows.ts';
import {
  ACTIVE,
  CANCELLED,
  COMPLETED,
  DEAD,
  DELAYED,
  END_LEASE,
  JOB_COLUMNS,
  KEY_MEMORY,
  WAITING,
} from './schema.ts';

/** States by the number that the table stores. */
const STATES: JobState[] = ['waiting', 'delayed', 'active', 'completed', 'dead', 'cancelled'];

const COLUMNS = `${JOB_COLUMNS}, CAST(state AS REAL) AS state, CAST(run_at AS REAL) AS run_at, error, result, progress`;

/** Creates the calls that list, count and purge jobs. */
export function createJobLists(
  db: Native,
  { wall }: Clock,
  toJob: (row: Row) => QueueJob,
): Pick<Store, 'list' | 'due' | 'purge' | 'stats'> {
  const select = (
    filter: Omit<JobFilter, 'limit' | 'cursor'>,
    more: string,
    ...values: Value[]
  ): { where: string; values: Value[] } => {
    const parts: string[] = [];
    const bound: Value[] = [];
    const among = (column: string, list: Value[] | undefined): void => {
      if (!list) return;
      parts.push(`${column} IN (${list.map(() => '?').join(', ')})`);
      bound.push(...list);
    };
    among('id', filter.ids);
    among('effect', filter.effects);
    // Literals, so that SQLite can choose the partial index.
    if (filter.states)
      parts.push(`state IN (${filter.states.map((state) => STATES.indexOf(state)).join(', ')})`);
    return { where: [...parts, more].filter(Boolean).join(' AND '), values: [...bound, ...values] };
  };

  const toRecord = (row: Row): JobRecord => {
    const record: JobRecord = {
      ...toJob(row),
      // Only a job that is read by its id can have another state: see `setAside`.
      state: STATES[row.state as number] ?? 'dead',
      runAt: row.run_at as number,
    };
    if (row.error !== null) record.error = row.error as string;
    if (row.result !== null) record.result = row.result as string;
    if (row.progress !== null) record.progress = row.progress as number;
    return record;
  };

  const setAside = db.prepare(
    setAsideDamaged('jobs', { active: ACTIVE, dead: DEAD, last: CANCELLED }, '?', END_LEASE),
  );

  const count = (state: number): number =>
    (
      db.prepare(`SELECT count(*) AS count FROM jobs WHERE state = ${state}`).all()[0] as {
        count: number;
      }
    ).count;

  // The query steps through the index from one effect to the next instead of reading all jobs.
  const waitingEffects = db.prepare(`
    WITH RECURSIVE found(effect) AS (
      SELECT min(effect) FROM jobs WHERE state = ${WAITING}
      UNION ALL SELECT (SELECT min(effect) FROM jobs WHERE state = ${WAITING} AND effect > found.effect) FROM found WHERE effect IS NOT NULL)
    SELECT effect FROM found WHERE effect IS NOT NULL`);
  const first = (condition: string): string =>
    `SELECT DISTINCT effect, release FROM (SELECT effect, release FROM jobs WHERE ${condition})`;
  const firstWaiting = db.prepare(
    first(`state = ${WAITING} AND effect = ? ORDER BY priority DESC, seq LIMIT 10`),
  );
  // A claim would make these waiting.
  const firstDue = db.prepare(
    first(`state = ${DELAYED} AND run_at <= ? ORDER BY run_at LIMIT 100`),
  );
  const firstLost = db.prepare(
    first(`state = ${ACTIVE} AND leased_until <= ? ORDER BY leased_until LIMIT 100`),
  );

  return {
    list(filter) {
      const { cursor, newestFirst, ids } = filter;
      if (cursor === undefined && ids === undefined) setAside.run(wall());
      const { where, values } =
        cursor === undefined
          ? select(filter, 'seq > ?', 0)
          : select(filter, newestFirst ? 'seq < ?' : 'seq > ?', Number(cursor) || 0);
      const order = newestFirst ? 'DESC' : 'ASC';
      const rows = db
        .prepare(`SELECT ${COLUMNS} FROM jobs WHERE ${where} ORDER BY seq ${order} LIMIT ?`)
        .all(...values, filter.limit + 1) as Row[];
      const page = rows.slice(0, filter.limit);
      return {
        jobs: page.map(toRecord),
        ...(rows.length > page.length && { next: String(page.at(-1)!.seq) }),
      };
    },
    due() {
      const effects = waitingEffects.all() as { effect: string }[];
      const rows = [
        ...effects.flatMap(({ effect }) => firstWaiting.all(effect)),
        ...firstDue.all(wall()),
        ...firstLost.all(wall()),
      ] as unknown;
      return rows as DueEffect[];
    },
    purge(filter) {
      setAside.run(wall());
      const { where, values } = select(filter, `state >= ${COMPLETED}`);
      // The keys stay until they expire: until then, another `enqueue` with such a key makes no
      // second job.
      const keyed = `SELECT effect, key FROM jobs WHERE ${where} AND state = ${DEAD} AND key IS NOT NULL`;
      db.prepare(
        `UPDATE keys SET until = ? WHERE until IS NULL AND (effect, key) IN (${keyed})`,
      ).run(wall() + KEY_MEMORY, ...values);
      db.prepare(
        `DELETE FROM steps WHERE seq IN (SELECT seq FROM jobs WHERE ${where} AND stepped = 1)`,
      ).run(...values);
      return Number(db.prepare(`DELETE FROM jobs WHERE ${where}`).run(...values).changes);
    },
    stats: (): QueueStats => ({
      waiting: count(WAITING),
      delayed: count(DELAYED),
      active: count(ACTIVE),
      dead: count(DEAD),
    }),
  };
}

import { OTHER_CALLER } from '../../telemetry/record/callers.ts';
import type { Caller, CallerCount } from '../../types/callers.ts';
import type { CallerQuery } from '../../types/telemetry-source.ts';
import { checkRange, checkText } from './check-query.ts';
import type { Statements } from './statements.ts';

const HOUR = 3_600_000;
/** Maximum number of callers per hour. Further ones are counted together. */
const MOST_CALLERS = 300;
/** Maximum number of callers of one query. */
const MOST_READ = 100;

/** Adds counts to the current hour. */
export function addCallers(on: Statements, callers: readonly CallerCount[], now: number): void {
  const hour = now - (now % HOUR);
  for (const caller of callers) {
    if (addTo(on, hour, caller)) continue;
    const rows = on.all('SELECT count(*) AS rows FROM callers WHERE hour = ?', hour)[0]!.rows;
    const { count, failed } = caller;
    const kept =
      (rows as number) < MOST_CALLERS
        ? caller
        : { version: '', asked: OTHER_CALLER, agent: OTHER_CALLER, count, failed };
    if (!addTo(on, hour, kept))
      on.run(
        'INSERT INTO callers VALUES (?, ?, ?, ?, ?, ?)',
        hour,
        kept.version,
        kept.asked,
        kept.agent,
        count,
        failed,
      );
  }
}

const addTo = (on: Statements, hour: number, caller: CallerCount): boolean =>
  on.run(
    `UPDATE callers SET count = count + ?, failed = failed + ?
     WHERE hour = ? AND version = ? AND asked = ? AND agent = ?`,
    caller.count,
    caller.failed,
    hour,
    caller.version,
    caller.asked,
    caller.agent,
  ) > 0;

/** Reads the callers of a range, by whole hours, the busiest first. */
export function readCallers(on: Statements, query: CallerQuery): Caller[] {
  checkRange(query);
  checkText('version', query.version);
  const { from, to, version = null } = query;
  return on
    .all(
      `SELECT version, asked, agent, sum(count) AS count, sum(failed) AS failed, max(hour) AS last
       FROM callers WHERE hour > ? AND hour < ? AND (?3 IS NULL OR version = ?3)
       GROUP BY version, asked, agent ORDER BY sum(count) DESC LIMIT ?`,
      from - HOUR,
      to,
      version,
      MOST_READ,
    )
    .map((row) => ({
      version: row.version as string,
      asked: row.asked as string,
      agent: row.agent as string,
      count: row.count as number,
      failed: row.failed as number,
      lastSeen: row.last as number,
    }));
}

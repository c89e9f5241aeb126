import { hasRoom, OTHER_CALLER, withFallbacks } from '../../telemetry/record/callers.ts';
import type { Caller, CallerCount } from '../../types/callers.ts';
import type { CallerQuery } from '../../types/telemetry-source.ts';
import { checkRange, checkText } from './check-query.ts';
import type { Statements } from './statements.ts';

const HOUR = 3_600_000;
/** Maximum number of callers per hour. Further ones are counted together. */
const MOST_CALLERS = 300;
/** Maximum number of callers of one query. */
const MOST_READ = 100;

const COLUMNS = 'version, asked, agent, sdk, subject';

/** Adds counts to the current hour. */
export function addCallers(on: Statements, callers: readonly CallerCount[], now: number): void {
  const hour = now - (now % HOUR);
  for (const caller of callers)
    for (const each of withFallbacks(caller))
      if (addTo(on, hour, each) || insert(on, hour, each)) break;
}

const addTo = (on: Statements, hour: number, caller: CallerCount): boolean =>
  on.run(
    `UPDATE callers SET count = count + ?, failed = failed + ?
     WHERE hour = ? AND version = ? AND asked = ? AND agent = ? AND sdk = ? AND subject = ?`,
    caller.count,
    caller.failed,
    hour,
    ...valuesOf(caller),
  ) > 0;

function insert(on: Statements, hour: number, caller: CallerCount): boolean {
  const { rows, subjects } = on.all(
    `SELECT count(*) AS rows, count(*) FILTER (WHERE subject NOT IN ('', ?)) AS subjects
     FROM callers WHERE hour = ?`,
    OTHER_CALLER,
    hour,
  )[0] as { rows: number; subjects: number };
  if (!hasRoom(caller, rows, subjects, MOST_CALLERS)) return false;
  on.run(
    `INSERT INTO callers (hour, ${COLUMNS}, count, failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    hour,
    ...valuesOf(caller),
    caller.count,
    caller.failed,
  );
  return true;
}

const valuesOf = ({ version, asked, agent, sdk, subject }: CallerCount): string[] => [
  version,
  asked,
  agent,
  sdk,
  subject,
];

/** Reads the callers of a range, by whole hours, the busiest first. */
export function readCallers(on: Statements, query: CallerQuery): Caller[] {
  checkRange(query);
  checkText('version', query.version);
  const { from, to, version = null } = query;
  return on
    .all(
      `SELECT ${COLUMNS}, sum(count) AS count, sum(failed) AS failed, max(hour) AS last
       FROM callers WHERE hour > ? AND hour < ? AND (?3 IS NULL OR version = ?3)
       GROUP BY ${COLUMNS} ORDER BY sum(count) DESC LIMIT ?`,
      from - HOUR,
      to,
      version,
      MOST_READ,
    )
    .map((row) => ({
      version: row.version as string,
      asked: row.asked as string,
      agent: row.agent as string,
      sdk: row.sdk as string,
      subject: row.subject as string,
      count: row.count as number,
      failed: row.failed as number,
      lastSeen: row.last as number,
    }));
}

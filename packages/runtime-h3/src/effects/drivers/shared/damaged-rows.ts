/** States as the tables of SQLite and PostgreSQL store them; `last` is the greatest one. */
interface StoredStates {
  active: number;
  dead: number;
  last: number;
}

/** Greatest attempt that a row may have. A claim adds one to it without an overflow. */
export const MAX_ATTEMPT = 1_000_000_000;

/**
 * Returns SQL that turns damaged rows of jobs that have not ended into dead letters, whose error
 * names the damage. No claim finds a row whose state or lease is damaged, so the row would stay
 * forever.
 *
 * This statement does not find a payload, a step or a name that the app can't read: the engine
 * finds it when it claims the job.
 *
 * @param now SQL of the current epoch milliseconds
 * @param lease columns of the lease to clear: `leased_until = NULL`
 */
export function setAsideDamaged(
  table: string,
  { active, dead, last }: StoredStates,
  now: string,
  lease: string,
): string {
  const time = (column: string): string =>
    `${column} NOT BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;
  const isAttempt = `attempt BETWEEN 0 AND ${MAX_ATTEMPT}`;
  const damages = [
    ['state', `state NOT BETWEEN 0 AND ${last}`],
    ['lease', `state = ${active} AND leased_until IS NULL`],
    ['effect', "effect = ''"],
    ['attempt', `NOT (${isAttempt})`],
    ['time', `${time('run_at')} OR ${time('enqueued_at')}`],
  ];
  const reason = damages.map(([name, isDamaged]) => `WHEN ${isDamaged} THEN '${name}'`).join(' ');
  const anyDamage = damages.map(([, isDamaged]) => `(${isDamaged})`).join(' OR ');
  return `UPDATE ${table} SET state = ${dead}, run_at = ${now}, ${lease},
    attempt = CASE WHEN ${isAttempt} THEN attempt ELSE 0 END,
    error = 'The job is damaged in the queue: its ' || CASE ${reason} END || ' is damaged.'
    WHERE (state <= ${active} OR state > ${last}) AND (${anyDamage})`;
}

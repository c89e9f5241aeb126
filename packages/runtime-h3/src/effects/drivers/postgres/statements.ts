import { NOW } from './schema.ts';
import { STATE } from './states.ts';

const LEASE_IS_VALID = `j.seq = v.seq AND j.fence = v.fence AND j.state = ${STATE.active}`;

export type Statements = Record<
  | 'insert'
  | 'notify'
  | 'known'
  | 'forget'
  | 'claim'
  | 'nextDue'
  | 'settle'
  | 'extend'
  | 'saveSteps'
  | 'saveProgress'
  | 'sweep',
  string
>;

/**
 * Returns the statements for one schema. Statements about leases take arrays, so that one round
 * trip covers many jobs.
 */
export function statements(schema: string): Statements {
  const jobs = `${schema}.jobs`;
  return {
    // Numbers the jobs in the order in which they came. Inserts them in the order of their keys, so
    // that two statements with common keys can't deadlock.
    insert: `
WITH input AS MATERIALIZED (
  SELECT nextval('${schema}.job_order') AS seq, * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::boolean[], $7::text[], $8::text[], $9::text[])
    AS u (id, effect, payload, priority, run_at, delayed, key, release, steps)
)
INSERT INTO ${jobs} (seq, id, effect, payload, priority, state, enqueued_at, run_at, key, release, steps)
SELECT seq, id, effect, payload, priority, CASE WHEN delayed THEN ${STATE.delayed} ELSE ${STATE.waiting} END, ${NOW}, run_at, key, release, steps::jsonb
FROM input ORDER BY effect, key NULLS FIRST, seq
ON CONFLICT DO NOTHING RETURNING id`,
    notify: `SELECT pg_notify($1, $2)`,
    known: `
SELECT id, effect, NULL AS key FROM ${jobs} WHERE id = ANY ($1::text[]) UNION ALL
SELECT j.id, j.effect, j.key FROM unnest($2::text[], $3::text[]) AS v (effect, key) JOIN ${jobs} AS j ON j.effect = v.effect AND j.key = v.key`,
    forget: `
DELETE FROM ${jobs} AS j USING unnest($1::text[], $2::text[]) AS v (effect, key)
WHERE j.effect = v.effect AND j.key = v.key AND j.state IN (${STATE.completed}, ${STATE.cancelled}, ${STATE.purged}) AND j.run_at < ${NOW} - $3::bigint RETURNING 1`,
    claim: `SELECT * FROM ${schema}.claim($1, $2, $3, $4)`,
    nextDue: `
SELECT min(x.at)::double precision - ${NOW} AS wait FROM unnest($1::text[]) AS e (effect), LATERAL (
  (SELECT run_at AS at FROM ${jobs} WHERE state = ${STATE.delayed} AND effect = e.effect ORDER BY run_at LIMIT 1) UNION ALL
  (SELECT leased_until FROM ${jobs} WHERE state = ${STATE.active} AND effect = e.effect ORDER BY leased_until LIMIT 1)
) AS x`,
    settle: `
UPDATE ${jobs} AS j SET state = v.state, run_at = coalesce(v.run_at, ${NOW}), leased_until = NULL,
  result = v.result, error = coalesce(v.error, j.error), steps = CASE WHEN v.state = ${STATE.completed} THEN NULL ELSE j.steps END
FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::text[], $6::text[]) AS v (seq, fence, state, run_at, result, error)
WHERE ${LEASE_IS_VALID} RETURNING j.seq, j.fence`,
    extend: `
UPDATE ${jobs} AS j SET leased_until = ${NOW} + v.lease FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS v (seq, fence, lease)
WHERE ${LEASE_IS_VALID} RETURNING j.seq, j.fence`,
    saveSteps: `
UPDATE ${jobs} AS j SET steps = coalesce(j.steps, '{}') || v.steps::jsonb FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS v (seq, fence, steps)
WHERE ${LEASE_IS_VALID} RETURNING j.seq, j.fence`,
    saveProgress: `
UPDATE ${jobs} AS j SET progress = v.progress FROM unnest($1::bigint[], $2::bigint[], $3::double precision[]) AS v (seq, fence, progress)
WHERE ${LEASE_IS_VALID} RETURNING j.seq, j.fence`,
    sweep: `SELECT ${schema}.sweep($1, $2, $3) AS gone`,
  };
}

import { MAX_ATTEMPT } from '../shared/damaged-rows.ts';
import { STATE } from './states.ts';

/** Epoch milliseconds by the server's clock. */
export const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

/**
 * Minimum milliseconds for which a completed job stays in the table. It exceeds the time for which
 * an enqueue is retried, so that a repeated enqueue finds the job.
 */
const REPEAT = 60_000;

/**
 * Returns the migration to each version of the schema. The list only grows. Servers of several
 * versions may use one schema, so a migration removes nothing that an earlier version uses.
 *
 * The indexes are partial: each contains the jobs of one state, so that the cost of a claim does
 * not depend on the number of other jobs.
 */
export function migrations(schema: string): string[] {
  return [
    `
CREATE SEQUENCE ${schema}.job_order;
CREATE TABLE ${schema}.jobs (
  seq bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  effect text COLLATE "C" NOT NULL,
  payload text NOT NULL,
  priority integer NOT NULL,
  attempt integer NOT NULL DEFAULT 0,
  state smallint NOT NULL,
  fence bigint NOT NULL DEFAULT 0,
  enqueued_at bigint NOT NULL,
  run_at bigint NOT NULL,
  leased_until bigint,
  key text COLLATE "C",
  release text NOT NULL,
  steps jsonb,
  progress double precision,
  result text,
  error text
) WITH (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.1);
CREATE UNIQUE INDEX jobs_key ON ${schema}.jobs (effect, key) WHERE key IS NOT NULL;
CREATE INDEX jobs_waiting ON ${schema}.jobs (effect, priority DESC, seq) WHERE state = ${STATE.waiting};
CREATE INDEX jobs_delayed ON ${schema}.jobs (effect, run_at) WHERE state = ${STATE.delayed};
CREATE INDEX jobs_active ON ${schema}.jobs (effect, leased_until) WHERE state = ${STATE.active};
CREATE INDEX jobs_ended ON ${schema}.jobs (state, seq) WHERE state >= ${STATE.completed};

${createClaim(schema, 'attempt = attempt + 1, fence = fence + 1')}
CREATE FUNCTION ${schema}.sweep(keep_for bigint, keep_count integer, batch integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  gone integer;
  beyond bigint;
  oldest bigint := ${NOW} - keep_for;
BEGIN
  -- One process at a time.
  IF NOT pg_try_advisory_xact_lock(hashtext('${schema}.sweep')) THEN RETURN 0; END IF;
  SELECT seq INTO beyond FROM ${schema}.jobs WHERE state = ${STATE.completed} ORDER BY seq DESC OFFSET keep_count LIMIT 1;
  DELETE FROM ${schema}.jobs WHERE seq = ANY (ARRAY(
    SELECT seq FROM ${schema}.jobs
    WHERE state IN (${STATE.completed}, ${STATE.cancelled}, ${STATE.purged})
      AND (run_at < oldest OR (state = ${STATE.completed} AND key IS NULL AND seq <= beyond AND run_at < ${NOW} - ${REPEAT}))
    ORDER BY state, seq LIMIT batch FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
`,
    // A damaged attempt or fence must not overflow, which would fail each claim of its effect.
    createClaim(
      schema,
      `attempt = greatest(-2, least(attempt, ${MAX_ATTEMPT})) + 1, fence = CASE WHEN fence BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER - 1} THEN fence + 1 ELSE 1 END`,
    ),
    `CREATE TABLE ${schema}.pauses (effect text COLLATE "C" PRIMARY KEY, pause text NOT NULL);`,
  ];
}

/** @param counted SQL that counts the claim in `attempt` and `fence` */
function createClaim(schema: string, counted: string): string {
  return `
CREATE OR REPLACE FUNCTION ${schema}.claim(effects text[], counts integer[], limits integer[], lease bigint) RETURNS SETOF ${schema}.jobs
LANGUAGE plpgsql AS $$
DECLARE
  i integer;
  room integer;
  now bigint := ${NOW};
BEGIN
  FOR i IN 1 .. coalesce(array_length(effects, 1), 0) LOOP
    UPDATE ${schema}.jobs SET state = ${STATE.waiting} WHERE seq = ANY (ARRAY(
      SELECT seq FROM ${schema}.jobs WHERE state = ${STATE.delayed} AND effect = effects[i] AND run_at <= now
      ORDER BY run_at LIMIT 1000 FOR UPDATE SKIP LOCKED));
    UPDATE ${schema}.jobs SET state = ${STATE.waiting}, leased_until = NULL WHERE seq = ANY (ARRAY(
      SELECT seq FROM ${schema}.jobs WHERE state = ${STATE.active} AND effect = effects[i] AND leased_until <= now
      ORDER BY leased_until LIMIT 1000 FOR UPDATE SKIP LOCKED));
    room := counts[i];
    IF limits[i] > 0 THEN
      -- Held until the transaction ends: two that claim see each other's jobs.
      PERFORM pg_advisory_xact_lock(hashtext('${schema}.claim'), hashtext(effects[i]));
      room := least(room, limits[i] - (SELECT count(*)::integer FROM (
        SELECT 1 FROM ${schema}.jobs WHERE state = ${STATE.active} AND effect = effects[i] LIMIT limits[i]) AS active));
    END IF;
    IF room > 0 THEN
      RETURN QUERY UPDATE ${schema}.jobs
        SET state = ${STATE.active}, ${counted}, leased_until = now + lease
        WHERE seq = ANY (ARRAY(
          SELECT seq FROM ${schema}.jobs WHERE state = ${STATE.waiting} AND effect = effects[i]
          ORDER BY priority DESC, seq LIMIT room FOR UPDATE SKIP LOCKED))
        RETURNING *;
    END IF;
  END LOOP;
END $$;
`;
}

import { randomUUID } from 'node:crypto';
import type { ClaimRequest, Lease, NewJob, QueueJob } from '../../../ports.ts';
import { type Clock, createJumpDetector } from './clock.ts';
import { createJobLists } from './list-jobs.ts';
import type { Native, Row } from '../../../data/native-sqlite.ts';
import type { Store } from './protocol.ts';
import { FIND_KEY, INSERT, isValid, type KnownKey, PUT_KEY, toColumns } from './insert-job.ts';
import { toPausedEffect } from '../shared/pauses.ts';
import { MAX_ATTEMPT } from '../shared/damaged-rows.ts';
import {
  ACTIVE,
  CANCELLED,
  COMPLETED,
  DEAD,
  DELAYED,
  JOB_COLUMNS,
  KEY_MEMORY,
  WAITING,
} from './schema.ts';

/** Number of ended jobs of a state that stay visible. */
const KEPT_JOBS = 10_000;
/** Number of jobs that may end before the oldest are removed again. */
const TRIM_INTERVAL = 1000;
/**
 * Maximum number of jobs that one claim moves to `waiting`: if a million jobs become due together,
 * they must not block other calls.
 */
const WAKE_LIMIT = 1000;
/** Lease that a job gets after the clock was set. Milliseconds. */
const RENEWED_LEASE = 30_000;
/**
 * Longest lease. Milliseconds. A lease that ends later comes from a time before the clock was set
 * back.
 */
const LONGEST_LEASE = 10 * 60_000;

/** Creates the queue over an open file. */
export function createStore(db: Native, clock: Clock): Store {
  const { wall } = clock;
  const jumped = createJumpDetector(clock);
  let ended = 0;
  const statements = prepare(db);

  const end = (rows: Row[], state: number): number => {
    for (const { seq, effect, key, stepped } of rows) {
      if (key !== null) statements.endKey.run(wall() + KEY_MEMORY, effect!, key!);
      if (stepped && state !== DEAD) statements.dropSteps.run(seq!);
    }
    ended += rows.length;
    if (ended >= TRIM_INTERVAL) {
      ended = 0;
      trim();
    }
    return rows.length;
  };

  const trim = (): void => {
    for (const state of [COMPLETED, CANCELLED]) {
      const { count } = statements.countEnded.all(state)[0] as { count: number };
      if (count > KEPT_JOBS) statements.trim.run(state, count - KEPT_JOBS);
    }
    statements.forgetKeys.run(wall());
  };

  /** Moves due jobs, and jobs whose lease has expired, to the state `waiting`. */
  const updateDue = (): void => {
    const now = wall();
    // A jump forward would expire the leases of live processes, a jump back would keep those of
    // dead ones.
    if (jumped()) statements.renewLeases.run(now + RENEWED_LEASE);
    statements.capLeases.run(now + RENEWED_LEASE, now + LONGEST_LEASE);
    statements.expire.run(now, WAKE_LIMIT);
    statements.wake.run(now, WAKE_LIMIT);
  };

  const settle = (
    token: string,
    state: number,
    statement: { all(...values: (string | number | null)[]): unknown[] },
    text: string | null,
  ): boolean => end(statement.all(wall(), text, seqOf(token), token) as Row[], state) > 0;

  const claim = (
    { effect, count, limit = Infinity, exclusive }: ClaimRequest,
    until: number,
    tokenSuffix: string,
  ): Lease[] => {
    const mostActive = exclusive ? 1 : limit;
    const active =
      mostActive === Infinity
        ? 0
        : (statements.countActive.all(effect)[0] as { count: number }).count;
    const room = Math.min(count, mostActive - active);
    if (room <= 0) return [];
    const rows = statements.claim.all(tokenSuffix, until, effect, room) as Row[];
    // RETURNING does not guarantee an order.
    rows.sort(
      (a, b) =>
        (b.priority as number) - (a.priority as number) || (a.seq as number) - (b.seq as number),
    );
    return rows.map((row) => ({ job: toJob(row), token: row.token as string }));
  };

  const toJob = (row: Row): QueueJob => {
    const job = toQueueJob(row);
    if (row.stepped) {
      const rows = statements.steps.all(row.seq!) as { name: string; result: string }[];
      job.steps = Object.fromEntries(rows.map(({ name, result }) => [name, result]));
    }
    return job;
  };

  const insert = (job: NewJob): string => {
    const now = wall();
    const key = job.idempotencyKey ?? null;
    if (key !== null) {
      const known = statements.findKey.all(job.effect, key)[0] as KnownKey | undefined;
      if (known && isValid(known, now)) return known.id;
      statements.putKey.run(job.effect, key, job.id);
    }
    statements.insert.run(...toColumns(job, now));
    return job.id;
  };

  return {
    enqueue: (jobs) => jobs.map(insert),
    claim(requests, lease) {
      updateDue();
      const tokenSuffix = randomUUID();
      return requests.flatMap((request) => claim(request, wall() + lease, tokenSuffix));
    },
    extend: (token, milliseconds) =>
      isChanged(statements.extend.run(wall() + milliseconds, seqOf(token), token)),
    ack: (token, result) => settle(token, COMPLETED, statements.complete, result ?? null),
    retry: (token, runAt, error) =>
      isChanged(
        statements.retry.run(runAt > wall() ? DELAYED : WAITING, runAt, error, seqOf(token), token),
      ),
    // The key stays until the job is redriven or purged.
    dead: (token, reason) => statements.die.all(wall(), reason, seqOf(token), token).length > 0,
    saveStep(token, name, result) {
      if (!isChanged(statements.markStepped.run(seqOf(token), token))) return false;
      statements.putStep.run(seqOf(token), name, result);
      return true;
    },
    saveProgress: (token, progress) =>
      isChanged(statements.progress.run(progress, seqOf(token), token)),
    redrive: (ids) => ids.filter((id) => isChanged(statements.redrive.run(wall(), id))).length,
    cancel: (ids) =>
      end(
        ids.flatMap((id) => statements.cancel.all(wall(), id) as Row[]),
        CANCELLED,
      ),
    paused: () =>
      (statements.paused.all() as { effect: string; pause: string }[]).map(({ effect, pause }) =>
        toPausedEffect(effect, pause),
      ),
    setPaused(effect, pause) {
      if (pause === undefined) statements.resume.run(effect);
      else statements.pause.run(effect, pause);
    },
    ...createJobLists(db, clock, toJob),
    nextDue() {
      const { at } = statements.nextDue.all()[0] as { at: number | null };
      return at ?? undefined;
    },
  };
}

/** Returns the row number of a token, which is `SEQ:UUID`. */
const seqOf = (token: string): number => Number.parseInt(token, 10) || 0;
const isChanged = ({ changes }: { changes: number | bigint }): boolean => Number(changes) > 0;

/** Turns a row into a job without its steps. */
export function toQueueJob(row: Row): QueueJob {
  const job = {
    id: row.id,
    effect: row.effect,
    payload: row.payload,
    attempt: row.attempt,
    priority: row.priority,
    enqueuedAt: row.enqueued_at,
    release: row.release,
  } as unknown as QueueJob;
  if (row.key !== null) job.idempotencyKey = row.key as string;
  if (row.trace !== null) job.trace = row.trace as string;
  return job;
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- the names are the types
function prepare(db: Native) {
  const leaseIsValid = `WHERE seq = ? AND token = ? AND state = ${ACTIVE}`;
  const endLease = 'token = NULL, leased_until = NULL';
  const returnEnded = 'RETURNING seq, effect, key, stepped';
  const sql = (text: string) => db.prepare(text);
  return {
    findKey: sql(FIND_KEY),
    putKey: sql(PUT_KEY),
    endKey: sql('UPDATE keys SET until = ? WHERE effect = ? AND key = ?'),
    forgetKeys: sql('DELETE FROM keys WHERE until IS NOT NULL AND until <= ?'),
    insert: sql(INSERT),
    renewLeases: sql(`UPDATE jobs SET leased_until = ? WHERE state = ${ACTIVE}`),
    capLeases: sql(`UPDATE jobs SET leased_until = ? WHERE state = ${ACTIVE} AND leased_until > ?`),
    expire: sql(
      `UPDATE jobs SET state = ${WAITING}, ${endLease} WHERE seq IN (SELECT seq FROM jobs WHERE state = ${ACTIVE} AND leased_until <= ? ORDER BY leased_until LIMIT ?)`,
    ),
    wake: sql(
      `UPDATE jobs SET state = ${WAITING} WHERE seq IN (SELECT seq FROM jobs WHERE state = ${DELAYED} AND run_at <= ? ORDER BY run_at LIMIT ?)`,
    ),
    countActive: sql(`SELECT count(*) AS count FROM jobs WHERE state = ${ACTIVE} AND effect = ?`),
    claim: sql(
      `UPDATE jobs SET state = ${ACTIVE}, attempt = max(-2, min(attempt, ${MAX_ATTEMPT})) + 1, token = seq || ':' || ?, leased_until = ? WHERE seq IN (SELECT seq FROM jobs WHERE state = ${WAITING} AND effect = ? ORDER BY priority DESC, seq LIMIT ?) RETURNING ${JOB_COLUMNS}, token`,
    ),
    steps: sql('SELECT name, result FROM steps WHERE seq = ?'),
    extend: sql(`UPDATE jobs SET leased_until = ? ${leaseIsValid}`),
    complete: sql(
      `UPDATE jobs SET state = ${COMPLETED}, ${endLease}, run_at = ?, result = ? ${leaseIsValid} ${returnEnded}`,
    ),
    die: sql(
      `UPDATE jobs SET state = ${DEAD}, ${endLease}, run_at = ?, error = ? ${leaseIsValid} ${returnEnded}`,
    ),
    retry: sql(`UPDATE jobs SET state = ?, ${endLease}, run_at = ?, error = ? ${leaseIsValid}`),
    markStepped: sql(`UPDATE jobs SET stepped = 1 ${leaseIsValid}`),
    putStep: sql('INSERT OR REPLACE INTO steps (seq, name, result) VALUES (?, ?, ?)'),
    dropSteps: sql('DELETE FROM steps WHERE seq = ?'),
    progress: sql(`UPDATE jobs SET progress = ? ${leaseIsValid}`),
    redrive: sql(
      `UPDATE jobs SET state = ${WAITING}, attempt = 0, progress = NULL, run_at = ? WHERE id = ? AND state = ${DEAD}`,
    ),
    cancel: sql(
      `UPDATE jobs SET state = ${CANCELLED}, run_at = ? WHERE id = ? AND state IN (${WAITING}, ${DELAYED}) ${returnEnded}`,
    ),
    countEnded: sql(`SELECT count(*) AS count FROM jobs WHERE state >= ${COMPLETED} AND state = ?`),
    trim: sql(
      `DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs WHERE state >= ${COMPLETED} AND state = ? ORDER BY seq LIMIT ?)`,
    ),
    paused: sql('SELECT effect, pause FROM pauses'),
    pause: sql('INSERT OR REPLACE INTO pauses (effect, pause) VALUES (?, ?)'),
    resume: sql('DELETE FROM pauses WHERE effect = ?'),
    nextDue: sql(
      `SELECT CAST(min(at) AS REAL) AS at FROM (SELECT min(run_at) AS at FROM jobs WHERE state = ${DELAYED} UNION ALL SELECT min(leased_until) FROM jobs WHERE state = ${ACTIVE})`,
    ),
  };
}

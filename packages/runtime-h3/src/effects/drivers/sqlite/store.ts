import { randomUUID } from 'node:crypto';
import type { ClaimRequest, Lease, NewJob, QueueJob } from '../../../ports.ts';
import { type Clock, createJumpWatch } from './clock.ts';
import { createJobLists } from './list-jobs.ts';
import type { Native, Row } from './native.ts';
import type { Store } from './protocol.ts';
import { ACTIVE, CANCELLED, COMPLETED, DEAD, DELAYED, KEY_MEMORY, WAITING } from './schema.ts';

/** How many of the jobs that are through stay visible; how many more there may be before the oldest go. */
const KEPT = 10_000;
const SLACK = 1000;
/** Rows that one claim wakes at most, so that a million that become due at once don't stop all else. */
const WAKE = 1000;
/** No lease is longer: one that ends later stems from a clock that was set back. */
const LONGEST_LEASE = 10 * 60_000;

export function createStore(db: Native, clock: Clock): Store {
  const { wall } = clock;
  const jumped = createJumpWatch(clock);
  let ended = 0;
  const statements = prepare(db);

  const end = (rows: Row[], state: number): number => {
    for (const { seq, effect, key, stepped } of rows) {
      if (key !== null) statements.endKey.run(wall() + KEY_MEMORY, effect!, key!);
      if (stepped && state !== DEAD) statements.dropSteps.run(seq!);
    }
    ended += rows.length;
    if (ended >= SLACK) {
      ended = 0;
      trim();
    }
    return rows.length;
  };

  const trim = (): void => {
    for (const state of [COMPLETED, CANCELLED]) {
      const { count } = statements.countEnded.all(state)[0] as { count: number };
      if (count > KEPT) statements.trim.run(state, count - KEPT);
    }
    statements.forgetKeys.run(wall());
  };

  /** Due jobs and those whose holder is gone become waiting. */
  const wake = (): void => {
    const now = wall();
    // Holders that live would lose their jobs to a clock that was set forward, and dead ones keep theirs by one that was set back.
    if (jumped()) statements.renewLeases.run(now + 30_000);
    statements.capLeases.run(now + 30_000, now + LONGEST_LEASE);
    statements.expire.run(now, WAKE);
    statements.wake.run(now, WAKE);
  };

  const settle = (
    token: string,
    state: number,
    statement: { all(...values: (string | number | null)[]): unknown[] },
    text: string | null,
  ): boolean => end(statement.all(wall(), text, toSeq(token), token) as Row[], state) > 0;

  const take = (
    { effect, count, limit = Infinity, exclusive }: ClaimRequest,
    until: number,
    mark: string,
  ): Lease[] => {
    const most = exclusive ? 1 : limit;
    const active =
      most === Infinity ? 0 : (statements.countActive.all(effect)[0] as { count: number }).count;
    const room = Math.min(count, most - active);
    if (room <= 0) return [];
    const rows = statements.claim.all(mark, until, effect, room) as Row[];
    // RETURNING has no order.
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

  const put = (job: NewJob): string => {
    const now = wall();
    const key = job.idempotencyKey ?? null;
    if (key !== null) {
      const known = statements.findKey.all(job.effect, key)[0] as
        | { id: string; until: number | null }
        | undefined;
      if (known && (known.until === null || known.until > now)) return known.id;
      statements.putKey.run(job.effect, key, job.id);
    }
    const state = job.runAt > now ? DELAYED : WAITING;
    statements.insert.run(
      job.id,
      job.effect,
      state,
      job.priority,
      job.runAt,
      now,
      key,
      job.release,
      job.payload,
    );
    return job.id;
  };

  return {
    enqueue: (jobs) => jobs.map(put),
    claim(requests, lease) {
      wake();
      const mark = randomUUID();
      return requests.flatMap((request) => take(request, wall() + lease, mark));
    },
    extend: (token, milliseconds) =>
      changed(statements.extend.run(wall() + milliseconds, toSeq(token), token)),
    ack: (token, result) => settle(token, COMPLETED, statements.complete, result ?? null),
    retry: (token, runAt, error) =>
      changed(
        statements.retry.run(runAt > wall() ? DELAYED : WAITING, runAt, error, toSeq(token), token),
      ),
    // Its key lasts until somebody sends it again or purges it.
    dead: (token, reason) => statements.die.all(wall(), reason, toSeq(token), token).length > 0,
    saveStep(token, name, result) {
      if (!changed(statements.markStepped.run(toSeq(token), token))) return false;
      statements.putStep.run(toSeq(token), name, result);
      return true;
    },
    saveProgress: (token, progress) =>
      changed(statements.progress.run(progress, toSeq(token), token)),
    redrive: (ids) => ids.filter((id) => changed(statements.redrive.run(wall(), id))).length,
    cancel: (ids) =>
      end(
        ids.flatMap((id) => statements.cancel.all(wall(), id) as Row[]),
        CANCELLED,
      ),
    ...createJobLists(db, clock, toJob),
    nextDue() {
      const { at } = statements.nextDue.all()[0] as { at: number | null };
      return at ?? undefined;
    },
  };
}

/** A token is `SEQ:UUID`, so that its row is found by its number. */
const toSeq = (token: string): number => Number.parseInt(token, 10) || 0;
const changed = ({ changes }: { changes: number | bigint }): boolean => Number(changes) > 0;

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
  return job;
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- the names are the types
function prepare(db: Native) {
  const held = `WHERE seq = ? AND token = ? AND state = ${ACTIVE}`;
  const free = 'token = NULL, leased_until = NULL';
  const gone = 'RETURNING seq, effect, key, stepped';
  const COLUMNS =
    'seq, id, effect, payload, attempt, priority, enqueued_at, release, key, stepped, token';
  const sql = (text: string) => db.prepare(text);
  return {
    findKey: sql('SELECT id, until FROM keys WHERE effect = ? AND key = ?'),
    putKey: sql('INSERT OR REPLACE INTO keys (effect, key, id) VALUES (?, ?, ?)'),
    endKey: sql('UPDATE keys SET until = ? WHERE effect = ? AND key = ?'),
    forgetKeys: sql('DELETE FROM keys WHERE until IS NOT NULL AND until <= ?'),
    // Who asks again after an answer that got lost does not make a second job.
    insert: sql(
      `INSERT INTO jobs (id, effect, state, priority, run_at, enqueued_at, key, release, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    ),
    renewLeases: sql(`UPDATE jobs SET leased_until = ? WHERE state = ${ACTIVE}`),
    capLeases: sql(`UPDATE jobs SET leased_until = ? WHERE state = ${ACTIVE} AND leased_until > ?`),
    expire: sql(
      `UPDATE jobs SET state = ${WAITING}, ${free} WHERE seq IN (SELECT seq FROM jobs WHERE state = ${ACTIVE} AND leased_until <= ? ORDER BY leased_until LIMIT ?)`,
    ),
    wake: sql(
      `UPDATE jobs SET state = ${WAITING} WHERE seq IN (SELECT seq FROM jobs WHERE state = ${DELAYED} AND run_at <= ? ORDER BY run_at LIMIT ?)`,
    ),
    countActive: sql(`SELECT count(*) AS count FROM jobs WHERE state = ${ACTIVE} AND effect = ?`),
    claim: sql(
      `UPDATE jobs SET state = ${ACTIVE}, attempt = attempt + 1, token = seq || ':' || ?, leased_until = ? WHERE seq IN (SELECT seq FROM jobs WHERE state = ${WAITING} AND effect = ? ORDER BY priority DESC, seq LIMIT ?) RETURNING ${COLUMNS}`,
    ),
    steps: sql('SELECT name, result FROM steps WHERE seq = ?'),
    extend: sql(`UPDATE jobs SET leased_until = ? ${held}`),
    complete: sql(
      `UPDATE jobs SET state = ${COMPLETED}, ${free}, run_at = ?, result = ? ${held} ${gone}`,
    ),
    die: sql(`UPDATE jobs SET state = ${DEAD}, ${free}, run_at = ?, error = ? ${held} ${gone}`),
    retry: sql(`UPDATE jobs SET state = ?, ${free}, run_at = ?, error = ? ${held}`),
    markStepped: sql(`UPDATE jobs SET stepped = 1 ${held}`),
    putStep: sql('INSERT OR REPLACE INTO steps (seq, name, result) VALUES (?, ?, ?)'),
    dropSteps: sql('DELETE FROM steps WHERE seq = ?'),
    progress: sql(`UPDATE jobs SET progress = ? ${held}`),
    redrive: sql(
      `UPDATE jobs SET state = ${WAITING}, attempt = 0, progress = NULL, run_at = ? WHERE id = ? AND state = ${DEAD}`,
    ),
    cancel: sql(
      `UPDATE jobs SET state = ${CANCELLED}, run_at = ? WHERE id = ? AND state IN (${WAITING}, ${DELAYED}) ${gone}`,
    ),
    countEnded: sql(`SELECT count(*) AS count FROM jobs WHERE state >= ${COMPLETED} AND state = ?`),
    trim: sql(
      `DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs WHERE state >= ${COMPLETED} AND state = ? ORDER BY seq LIMIT ?)`,
    ),
    nextDue: sql(
      `SELECT min(at) AS at FROM (SELECT min(run_at) AS at FROM jobs WHERE state = ${DELAYED} UNION ALL SELECT min(leased_until) FROM jobs WHERE state = ${ACTIVE})`,
    ),
  };
}

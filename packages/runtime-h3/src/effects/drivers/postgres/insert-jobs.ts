import type { NewJob } from '../../../ports.ts';
import { TRACE } from './rows.ts';
import type { Run } from './connection.ts';
import type { Statements } from './statements.ts';

/** Milliseconds for which a key is stored after its job ended. */
export const KEY_MEMORY = 24 * 60 * 60 * 1000;
/** A job with the key may disappear between two statements; then the insert is tried again. */
const TRIES = 5;

/**
 * Inserts jobs and resolves to their ids. A job whose key exists gets the id of the earlier job.
 * Inserting the same ids again changes nothing.
 */
export async function insertJobs(
  run: Run,
  statements: Statements,
  jobs: NewJob[],
): Promise<string[]> {
  const ids = new Map<NewJob, string>();
  let left = jobs;
  for (let round = 0; left.length > 0; round++) {
    if (round === TRIES)
      throw new Error('jobs with a known key were removed too often to be found');
    const inserted = new Set(
      (await run<{ id: string }>(statements.insert, toColumns(left), 'gati_insert')).map(
        ({ id }) => id,
      ),
    );
    for (const job of left) if (inserted.has(job.id)) ids.set(job, job.id);
    left = left.filter((job) => !ids.has(job));
    if (left.length === 0) break;
    const keys = left.filter((job) => job.idempotencyKey !== undefined);
    const pairs = [
      keys.map(({ effect }) => withoutNul(effect)),
      keys.map(({ idempotencyKey }) => withoutNul(idempotencyKey!)),
    ];
    const gone = await run(statements.forget, [...pairs, KEY_MEMORY]);
    if (gone.length > 0) continue;
    const known = await run<{ id: string; effect: string; key: string | null }>(statements.known, [
      left.map(({ id }) => id),
      ...pairs,
    ]);
    const byId = new Set(known.map(({ id }) => id));
    const byKey = new Map(known.map(({ id, effect, key }) => [`${effect}\0${key}`, id]));
    for (const job of left) {
      const id = byId.has(job.id)
        ? job.id
        : byKey.get(
            `${withoutNul(job.effect)}\0${job.idempotencyKey === undefined ? null : withoutNul(job.idempotencyKey)}`,
          );
      if (id !== undefined) ids.set(job, id);
    }
    left = left.filter((job) => !ids.has(job));
  }
  return jobs.map((job) => ids.get(job)!);
}

function toColumns(jobs: NewJob[]): unknown[] {
  const now = Date.now();
  return [
    jobs.map(({ id }) => id),
    jobs.map(({ effect }) => withoutNul(effect)),
    jobs.map(({ payload }) => payload),
    jobs.map(({ priority }) => Math.trunc(priority)),
    jobs.map(({ runAt }) => toMilliseconds(runAt)),
    // Uses the clock of this process: an immediate job must not wait because the server's clock is
    // behind.
    jobs.map(({ runAt }) => runAt > now),
    jobs.map(({ idempotencyKey }) =>
      idempotencyKey === undefined ? null : withoutNul(idempotencyKey),
    ),
    jobs.map(({ release }) => release),
    jobs.map(({ trace }) => (trace === undefined ? null : JSON.stringify({ [TRACE]: trace }))),
  ];
}

export const toMilliseconds = (time: number): number =>
  Math.min(Math.round(time), Number.MAX_SAFE_INTEGER);

/** PostgreSQL can't store U+0000 in text. */
export const withoutNul = (text: string): string => text.replaceAll('\0', '\u2400');

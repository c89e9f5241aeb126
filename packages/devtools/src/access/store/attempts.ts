import { PanelError } from '../../http/problem.ts';
import { hashSecret } from '../secret.ts';
import type { Database } from './database.ts';

/** Number of wrong attempts without a pause. */
const FREE = 5;
/**
 * Milliseconds of the pause after the last free attempt. Each further attempt doubles it, up to the
 * longest pause.
 */
const FIRST_PAUSE = 30_000;
const LONGEST_PAUSE = 60 * 60_000;
/** Milliseconds after which attempts are forgotten. */
const FORGET_AFTER = 24 * 60 * 60_000;
/**
 * Maximum number of stored keys. Further ones are rejected, so that a flood of names can't remove
 * earlier keys.
 */
const MAX_KEYS = 50_000;

/**
 * Counts wrong attempts in the file, so that the count outlives a restart and includes other
 * processes.
 */
export interface Attempts {
  /**
   * Checks that a key may make another attempt. Known and unknown names are treated alike until the
   * table is full. From then on, only known names are let in, so that a flood of other names locks
   * out no person.
   *
   * @throws {PanelError} 429
   */
  check(key: string, isKnown: boolean): void;
  fail(key: string): void;
  clear(key: string): void;
}

export function createAttempts(
  database: Database,
  now: () => number,
  maxKeys: number = MAX_KEYS,
): Attempts {
  return {
    check(key, isKnown) {
      const found = database.get<{ until: number }>(
        'SELECT until FROM attempt WHERE key = ?',
        hashSecret(key),
      );
      const wait = (found?.until ?? 0) - now();
      if (wait > 0) throw tooManyTries(wait);
      if (found || isKnown) return;
      const { count } = database.get<{ count: number }>('SELECT COUNT(*) AS count FROM attempt')!;
      if (count < maxKeys) return;
      if (database.run('DELETE FROM attempt WHERE last <= ?', now() - FORGET_AFTER) === 0)
        throw tooManyTries(FIRST_PAUSE);
    },
    fail(key) {
      const hash = hashSecret(key);
      const time = now();
      database.run('DELETE FROM attempt WHERE key = ? AND last <= ?', hash, time - FORGET_AFTER);
      database.run(
        'INSERT INTO attempt (key, count, last, until) VALUES (?, 1, ?, 0) ON CONFLICT (key) DO UPDATE SET count = count + 1, last = excluded.last',
        hash,
        time,
      );
      const { count } = database.get<{ count: number }>(
        'SELECT count FROM attempt WHERE key = ?',
        hash,
      )!;
      if (count < FREE) return;
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(count - FREE, 20));
      database.run('UPDATE attempt SET until = ? WHERE key = ?', time + pause, hash);
    },
    clear: (key) => void database.run('DELETE FROM attempt WHERE key = ?', hashSecret(key)),
  };
}

function tooManyTries(wait: number): PanelError {
  const seconds = Math.ceil(wait / 1000);
  return new PanelError(429, 'too_many_tries', 'Too many wrong attempts. Try again later.', {
    'retry-after': String(seconds),
  });
}

import { createHmac, randomBytes } from 'node:crypto';
import { createSecret, hashSecret, isSame } from '../secret.ts';
import type { Database } from './database.ts';

/** Milliseconds in which a challenge must be answered. */
const CHALLENGE_TIME = 5 * 60_000;
const KEY = 'challenge-key';
/** Bytes of the random part, and of the time. */
const RANDOM = 16;
const TIME = 6;

/**
 * Challenges of passkeys. A challenge is signed instead of stored, so a client that requests many
 * can't remove others. Only answered challenges are stored, so that no answer counts twice.
 */
export interface Challenges {
  /** @param purpose what the answer is for: `login`, `step-up` with the session */
  create(purpose: string): Buffer;
  /**
   * Whether this server made the challenge for this purpose, and it has neither expired nor been
   * answered.
   */
  isOpen(challenge: string, purpose: string): boolean;
  /** Marks a challenge as used. Returns `false` if it was used before. */
  take(challenge: string): boolean;
  /** Derives a value that only this server knows. */
  derive(text: string): Buffer;
}

export function createChallenges(database: Database, now: () => number): Challenges {
  database.run('INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)', KEY, createSecret());
  // Read at each use, because processes that start at the same time agree on one key later.
  const derive = (text: string): Buffer => {
    const { value: key } = database.get<{ value: string }>(
      'SELECT value FROM meta WHERE name = ?',
      KEY,
    )!;
    return createHmac('sha256', key).update(text).digest();
  };
  const sign = (head: Buffer, purpose: string): Buffer =>
    derive(`challenge ${purpose} ${head.toString('hex')}`);
  return {
    derive,
    create(purpose) {
      const head = Buffer.alloc(RANDOM + TIME);
      randomBytes(RANDOM).copy(head);
      head.writeUIntBE(now(), RANDOM, TIME);
      return Buffer.concat([head, sign(head, purpose)]);
    },
    isOpen(challenge, purpose) {
      const bytes = Buffer.from(challenge, 'base64url');
      // Another spelling of the same bytes would count as a second challenge.
      const isExact = bytes.toString('base64url') === challenge;
      if (bytes.length !== RANDOM + TIME + 32 || !isExact) return false;
      const head = bytes.subarray(0, RANDOM + TIME);
      const age = now() - head.readUIntBE(RANDOM, TIME);
      const signature = bytes.subarray(RANDOM + TIME).toString('hex');
      return (
        isSame(signature, sign(head, purpose).toString('hex')) &&
        age >= 0 &&
        age <= CHALLENGE_TIME &&
        database.get('SELECT 1 FROM challenge WHERE hash = ?', hashSecret(challenge)) === undefined
      );
    },
    take(challenge) {
      database.run('DELETE FROM challenge WHERE used <= ?', now() - 2 * CHALLENGE_TIME);
      return (
        database.run(
          'INSERT OR IGNORE INTO challenge (hash, used) VALUES (?, ?)',
          hashSecret(challenge),
          now(),
        ) > 0
      );
    },
  };
}

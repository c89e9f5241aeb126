import { randomUUID } from 'node:crypto';
import type { Role } from '../../api/access.ts';
import { createSecret, hashSecret } from '../secret.ts';
import type { Database } from './database.ts';

/** First characters of each token, by which scanners of leaked secrets find it. */
const PREFIX = 'gati_';
/** Minimum milliseconds between two records of the last use of a token. */
const USED_INTERVAL = 60_000;

/** A token for programs. */
export interface Token {
  id: string;
  person: string;
  name: string;
  /** Its first characters, by which people recognise it. */
  prefix: string;
  role: Role;
  /** Epoch milliseconds, as the other times. */
  created: number;
  expires: number;
  used: number | null;
}

export interface Tokens {
  /** Returns the secret, which is not stored. */
  create(token: Pick<Token, 'person' | 'name' | 'role' | 'expires'>): string;
  find(secret: string): Token | undefined;
  /** Returns the token with an id, if it has not expired. Does not record a use. */
  get(id: string): Token | undefined;
  list(person?: string): Token[];
  remove(id: string, person?: string): boolean;
}

export function createTokens(database: Database, now: () => number): Tokens {
  return {
    create({ person, name, role, expires }) {
      const secret = PREFIX + createSecret();
      database.run(
        'INSERT INTO token (hash, id, person, name, prefix, role, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        hashSecret(secret),
        randomUUID(),
        person,
        name,
        secret.slice(0, PREFIX.length + 4),
        role,
        now(),
        expires,
      );
      return secret;
    },
    find(secret) {
      const found = database.get<Token>(
        'SELECT * FROM token WHERE hash = ? AND expires > ?',
        hashSecret(secret),
        now(),
      );
      if (found && now() - (found.used ?? 0) >= USED_INTERVAL)
        database.note('UPDATE token SET used = ? WHERE id = ?', now(), found.id);
      return found;
    },
    get: (id) => database.get('SELECT * FROM token WHERE id = ? AND expires > ?', id, now()),
    list: (person) =>
      person === undefined
        ? database.all('SELECT * FROM token ORDER BY created DESC')
        : database.all('SELECT * FROM token WHERE person = ? ORDER BY created DESC', person),
    remove: (id, person) =>
      (person === undefined
        ? database.run('DELETE FROM token WHERE id = ?', id)
        : database.run('DELETE FROM token WHERE id = ? AND person = ?', id, person)) > 0,
  };
}

import { randomUUID } from 'node:crypto';
import type { Role } from '../../api/access.ts';
import { createSecret, hashSecret } from '../secret.ts';
import type { Database } from './database.ts';

/** Milliseconds for which a link that was made on the server's machine is valid. */
export const SETUP_TIME: number = 30 * 60_000;
const TIMES = { setup: SETUP_TIME, invite: 3 * 24 * 60 * 60_000 };

/** A link that creates one account. */
export interface Link {
  id: string;
  /** `setup`: made on the server's machine. */
  kind: 'setup' | 'invite';
  role: Role;
  /** Epoch milliseconds, as `expires`. */
  created: number;
  expires: number;
}

export interface Links {
  /**
   * Returns the secret of a new link. A new set-up link invalidates earlier ones.
   *
   * @param secretOf returns the secret of a link by its id; random by default
   */
  create(kind: Link['kind'], role: Role, secretOf?: (id: string) => string): string;
  /** Returns the valid set-up link. */
  setup(): Link | undefined;
  find(secret: string): Link | undefined;
  /** Marks a link as used. Returns `false` if it is used or has expired. */
  take(secret: string): boolean;
  list(): Link[];
  remove(id: string): boolean;
  removeInvites(): void;
}

export function createLinks(database: Database, now: () => number): Links {
  return {
    create(kind, role, secretOf = createSecret) {
      database.run('DELETE FROM link WHERE expires <= ?', now());
      if (kind === 'setup') database.run("DELETE FROM link WHERE kind = 'setup'");
      const id = randomUUID();
      const secret = secretOf(id);
      database.run(
        'INSERT INTO link (hash, id, kind, role, created, expires) VALUES (?, ?, ?, ?, ?, ?)',
        hashSecret(secret),
        id,
        kind,
        role,
        now(),
        now() + TIMES[kind],
      );
      return secret;
    },
    setup: () =>
      database.get(
        "SELECT id, kind, role, created, expires FROM link WHERE kind = 'setup' AND expires > ?",
        now(),
      ),
    find: (secret) =>
      database.get(
        'SELECT id, kind, role, created, expires FROM link WHERE hash = ? AND expires > ?',
        hashSecret(secret),
        now(),
      ),
    take: (secret) =>
      database.run('DELETE FROM link WHERE hash = ? AND expires > ?', hashSecret(secret), now()) >
      0,
    list: () =>
      database.all(
        "SELECT id, kind, role, created, expires FROM link WHERE kind = 'invite' AND expires > ? ORDER BY created DESC",
        now(),
      ),
    removeInvites: () => void database.run("DELETE FROM link WHERE kind = 'invite'"),
    remove: (id) => database.run("DELETE FROM link WHERE id = ? AND kind = 'invite'", id) > 0,
  };
}

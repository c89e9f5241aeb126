import type { Role } from '../../api/access.ts';
import { hashSecret } from '../secret.ts';
import type { Database } from './database.ts';

export interface Person {
  id: string;
  name: string;
  role: Role;
  /** Epoch milliseconds. */
  created: number;
  /** Secret of the authenticator app in base 32. */
  totp: string | null;
  /** Last accepted time step of the authenticator app. */
  totpStep: number;
}

export interface People {
  list(): Person[];
  get(id: string): Person | undefined;
  named(name: string): Person | undefined;
  /** @throws when the name is taken */
  add(person: Pick<Person, 'id' | 'name' | 'role'>): void;
  setRole(id: string, role: Role): boolean;
  /** Removes a person with all sessions, tokens and passkeys. */
  remove(id: string): boolean;
  setTotp(id: string, secret: string | null, step?: number): void;
  /** Records a time step. Returns `false` if it, or a later one, was accepted before. */
  takeStep(id: string, step: number): boolean;
  /** Replaces the recovery codes of a person. */
  setRecoveryCodes(id: string, codes: readonly string[]): void;
  /** Marks a recovery code as used. Returns `false` if the person has no such code. */
  takeRecoveryCode(id: string, code: string): boolean;
  countRecoveryCodes(id: string): number;
}

export function createPeople(database: Database, now: () => number): People {
  return {
    list: () => database.all('SELECT * FROM person ORDER BY created'),
    get: (id) => database.get('SELECT * FROM person WHERE id = ?', id),
    named: (name) => database.get('SELECT * FROM person WHERE name = ?', name),
    add: ({ id, name, role }) =>
      void database.run(
        'INSERT INTO person (id, name, role, created) VALUES (?, ?, ?, ?)',
        id,
        name,
        role,
        now(),
      ),
    setRole: (id, role) => database.run('UPDATE person SET role = ? WHERE id = ?', role, id) > 0,
    remove: (id) => database.run('DELETE FROM person WHERE id = ?', id) > 0,
    setTotp: (id, secret, step = 0) =>
      void database.run('UPDATE person SET totp = ?, totpStep = ? WHERE id = ?', secret, step, id),
    takeStep: (id, step) =>
      database.run('UPDATE person SET totpStep = ? WHERE id = ? AND totpStep < ?', step, id, step) >
      0,
    setRecoveryCodes(id, codes) {
      database.run('DELETE FROM recovery WHERE person = ?', id);
      for (const code of codes)
        database.run(
          'INSERT INTO recovery (hash, person) VALUES (?, ?)',
          hashSecret(`${id} ${code}`),
          id,
        );
    },
    takeRecoveryCode: (id, code) =>
      database.run(
        'DELETE FROM recovery WHERE hash = ? AND person = ?',
        hashSecret(`${id} ${code}`),
        id,
      ) > 0,
    countRecoveryCodes: (id) =>
      database.get<{ count: number }>(
        'SELECT COUNT(*) AS count FROM recovery WHERE person = ?',
        id,
      )!.count,
  };
}

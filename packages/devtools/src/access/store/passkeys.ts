import type { Database } from './database.ts';

export interface Passkey {
  /** Credential id in base64url. */
  id: string;
  person: string;
  name: string;
  /** COSE key in base64url. */
  publicKey: string;
  /** Number of signatures that the authenticator has reported; 0 if it does not count them. */
  counter: number;
  /** Separated by commas. */
  transports: string;
  /** Epoch milliseconds. */
  created: number;
  used: number | null;
}

export interface Passkeys {
  of(person: string): Passkey[];
  get(id: string): Passkey | undefined;
  add(passkey: Omit<Passkey, 'created' | 'used'>): void;
  noteUse(id: string, counter: number): void;
  remove(id: string, person: string): boolean;
}

export function createPasskeys(database: Database, now: () => number): Passkeys {
  return {
    of: (person) => database.all('SELECT * FROM passkey WHERE person = ? ORDER BY created', person),
    get: (id) => database.get('SELECT * FROM passkey WHERE id = ?', id),
    add: ({ id, person, name, publicKey, counter, transports }) =>
      void database.run(
        'INSERT INTO passkey (id, person, name, publicKey, counter, transports, created) VALUES (?, ?, ?, ?, ?, ?, ?)',
        id,
        person,
        name,
        publicKey,
        counter,
        transports,
        now(),
      ),
    noteUse: (id, counter) =>
      void database.run(
        'UPDATE passkey SET counter = ?, used = ? WHERE id = ?',
        counter,
        now(),
        id,
      ),
    remove: (id, person) =>
      database.run('DELETE FROM passkey WHERE id = ? AND person = ?', id, person) > 0,
  };
}

import { randomUUID } from 'node:crypto';
import { createSecret, hashSecret } from '../secret.ts';
import type { Database } from './database.ts';

/** Milliseconds without a request after which a session ends. */
export const IDLE_TIME: number = 30 * 60_000;
/** Milliseconds after which every session ends. */
export const SESSION_TIME: number = 12 * 60 * 60_000;
/** Minimum milliseconds between two records of the last use of a session. */
const SEEN_INTERVAL = 30_000;
/** Maximum number of sessions of one person. The oldest ends first. */
const MAX_SESSIONS = 20;

export interface Session {
  /** Identifies the session; not a secret. */
  id: string;
  person: string;
  /** How the person logged in: `passkey`, `totp`, `recovery`, `link`. */
  method: string;
  /** Epoch milliseconds, as the other times. */
  created: number;
  seen: number;
  /** Last proof of identity. */
  proved: number;
  address: string;
  agent: string;
}

export interface Sessions {
  /** Returns the secret of a new session. */
  start(session: Pick<Session, 'person' | 'method' | 'address' | 'agent'>): string;
  /** Finds a session that has not ended, and records its use. */
  find(secret: string): Session | undefined;
  /** Returns the session with an id, if it has not ended. */
  get(id: string): Session | undefined;
  of(person: string): Session[];
  /** Records a proof of identity. Returns the secret that replaces the previous one. */
  prove(id: string): string;
  end(id: string, person?: string): boolean;
  endAll(person: string): void;
}

const ALIVE = 'created > ? AND seen > ?';

export function createSessions(database: Database, now: () => number): Sessions {
  const limits = (): [number, number] => [now() - SESSION_TIME, now() - IDLE_TIME];
  return {
    start({ person, method, address, agent }) {
      const [oldest, idle] = limits();
      database.run('DELETE FROM session WHERE created <= ? OR seen <= ?', oldest, idle);
      database.run(
        'DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE person = ? ORDER BY created DESC LIMIT -1 OFFSET ?)',
        person,
        MAX_SESSIONS - 1,
      );
      const secret = createSecret();
      const time = now();
      database.run(
        'INSERT INTO session (hash, id, person, method, created, seen, proved, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        hashSecret(secret),
        randomUUID(),
        person,
        method,
        time,
        time,
        time,
        address,
        agent.slice(0, 200),
      );
      return secret;
    },
    find(secret) {
      const found = database.get<Session>(
        `SELECT * FROM session WHERE hash = ? AND ${ALIVE}`,
        hashSecret(secret),
        ...limits(),
      );
      if (found && now() - found.seen >= SEEN_INTERVAL)
        database.note('UPDATE session SET seen = ? WHERE id = ?', now(), found.id);
      return found;
    },
    get: (id) => database.get(`SELECT * FROM session WHERE id = ? AND ${ALIVE}`, id, ...limits()),
    of: (person) =>
      database.all(
        `SELECT * FROM session WHERE person = ? AND ${ALIVE} ORDER BY seen DESC`,
        person,
        ...limits(),
      ),
    prove(id) {
      const secret = createSecret();
      const time = now();
      database.run(
        'UPDATE session SET hash = ?, proved = ?, seen = ? WHERE id = ?',
        hashSecret(secret),
        time,
        time,
        id,
      );
      return secret;
    },
    end: (id, person) =>
      (person === undefined
        ? database.run('DELETE FROM session WHERE id = ?', id)
        : database.run('DELETE FROM session WHERE id = ? AND person = ?', id, person)) > 0,
    endAll: (person) => void database.run('DELETE FROM session WHERE person = ?', person),
  };
}

import type { AuditLog } from '../audit.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import { createStoredAudit } from './stored-audit.ts';
import { createChallenges, type Challenges } from './challenges.ts';
import { type Database, openDatabase } from './database.ts';
import { createLinks, type Links } from './links.ts';
import { createPasskeys, type Passkeys } from './passkeys.ts';
import { createPeople, type People } from './people.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createTokens, type Tokens } from './tokens.ts';

/**
 * Stores the people of a panel and their access. All code uses this port, so a cluster may store
 * them elsewhere.
 */
export interface AccessStore {
  people: People;
  passkeys: Passkeys;
  sessions: Sessions;
  tokens: Tokens;
  links: Links;
  challenges: Challenges;
  attempts: Attempts;
  audit: AuditLog;
  /** Reads or sets a value that outlives the process. */
  meta(name: string): string | undefined;
  setMeta(name: string, value: string): void;
  transaction<Result>(run: () => Result): Result;
  close(): void;
}

/** Limits of a store whose space is small. */
export interface AccessLimits {
  /** Maximum number of stored wrong attempts. */
  attempts?: number;
  /** Maximum number of entries of the audit log. */
  entries?: number;
}

/**
 * @param file path, or `:memory:`
 * @throws when the file can't be opened
 */
export const openAccessStore = (file: string, now: () => number = Date.now): AccessStore =>
  createAccessStore(openDatabase(file), now);

/** Creates the store of the accounts in a database. */
export function createAccessStore(
  database: Database,
  now: () => number,
  { attempts, entries }: AccessLimits = {},
): AccessStore {
  return {
    people: createPeople(database, now),
    passkeys: createPasskeys(database, now),
    sessions: createSessions(database, now),
    tokens: createTokens(database, now),
    links: createLinks(database, now),
    challenges: createChallenges(database, now),
    attempts: createAttempts(database, now, attempts),
    audit: createStoredAudit(database, entries),
    meta: (name) =>
      database.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', name)?.value,
    setMeta: (name, value) =>
      void database.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', name, value),
    transaction: database.transaction,
    close: database.close,
  };
}

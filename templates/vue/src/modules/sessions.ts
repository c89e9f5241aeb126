import { randomUUID } from 'node:crypto';

export interface Session {
  name: string;
}

const sessions = new Map<string, Session>();

/** Returns the id of a new session. A real app would check a password, and use a database. */
export async function create(name: string): Promise<string> {
  const id = randomUUID();
  sessions.set(id, { name });
  return id;
}

export async function find(id: string): Promise<Session | undefined> {
  return sessions.get(id);
}

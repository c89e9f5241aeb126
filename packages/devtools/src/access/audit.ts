import { randomUUID } from 'node:crypto';
import { redact } from '@gati/runtime-h3/telemetry';
import type { AuditEntry } from '../api/access.ts';
import type { ListPart } from '../api/types.ts';
import type { Actor } from './actor.ts';

/** Maximum number of characters of a stored input. */
const MAX_INPUT = 2000;
/** Maximum number of entries in memory. */
const MAX_ENTRIES = 1000;

/** Stores the audit log. Entries never change. */
export interface AuditLog {
  append(entry: AuditEntry): void;
  /** Newest first. `cursor` is the `next` of the previous part. */
  list(query: { limit: number; cursor?: string }): ListPart<AuditEntry>;
}

/** An entry before it has an id and a time. */
export interface AuditEvent extends Pick<AuditEntry, 'action' | 'result'> {
  actor: Actor;
  input?: unknown;
  reason?: string;
  code?: string;
}

export function toAuditEntry({ actor, input, ...event }: AuditEvent, time: number): AuditEntry {
  const { kind, id, name, role, address } = actor;
  return {
    id: randomUUID(),
    time,
    actor: { kind, id, name, ...(role && { role }) },
    address,
    ...event,
    ...(input !== undefined && { input: cut(redact(input)) }),
  };
}

function cut(input: unknown): unknown {
  const text = JSON.stringify(input) ?? '';
  return text.length > MAX_INPUT ? `${text.slice(0, MAX_INPUT)}…` : input;
}

/** Keeps the latest entries in memory, for a development server. */
export function createMemoryAudit(): AuditLog {
  const entries: AuditEntry[] = [];
  return {
    append(entry) {
      entries.unshift(entry);
      entries.length = Math.min(entries.length, MAX_ENTRIES);
    },
    list({ limit, cursor }) {
      const start = cursor === undefined ? 0 : entries.findIndex(({ id }) => id === cursor) + 1;
      const items = entries.slice(start, start + limit);
      const hasMore = start + limit < entries.length;
      return { items, ...(hasMore && { next: items.at(-1)!.id }) };
    },
  };
}

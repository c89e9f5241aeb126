import { randomUUID } from 'node:crypto';
import { redact } from '@gati/runtime-h3/telemetry';
import type { AuditEntry } from '../api/access.ts';
import type { ListPart } from '../api/types.ts';
import { PanelError } from '../http/problem.ts';
import type { Actor } from './actor.ts';

/** Maximum number of characters of a stored input. */
const MAX_INPUT = 2000;
/** Maximum number of entries in memory. */
const MAX_ENTRIES = 1000;

/** Stores the audit log. Entries never change. */
export interface AuditLog {
  append(entry: AuditEntry): void;
  /**
   * Appends an entry before its change is made. Returns a function that appends the entry of the
   * result, which `list` then returns in place of the first one.
   */
  begin(entry: AuditEntry): (result: AuditEntry) => void;
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

export function toAuditEntry(
  { actor, input, reason, ...event }: AuditEvent,
  time: number,
): AuditEntry {
  const { kind, id, name, role, address } = actor;
  return {
    id: randomUUID(),
    time,
    actor: { kind, id, name, ...(role && { role }) },
    address,
    ...event,
    ...(reason !== undefined && { reason: redact(reason) as string }),
    ...(input !== undefined && { input: cut(redact(input)) }),
  };
}

function cut(input: unknown): unknown {
  const text = JSON.stringify(input) ?? '';
  return text.length > MAX_INPUT ? `${text.slice(0, MAX_INPUT)}…` : input;
}

/** Result of a change whose first entry is in the audit log. */
export interface AuditResult extends Pick<AuditEvent, 'input' | 'code'> {
  result: 'done' | 'failed';
}

/**
 * Writes the entry of a change that is about to be made. Returns a function that writes its result.
 * If the result can't be written, the entry stays `started`.
 *
 * @throws {PanelError} 503 when the entry can't be written. The change must not be made then
 */
export function beginAudit(
  audit: AuditLog,
  event: Omit<AuditEvent, 'result'>,
  now: () => number,
): (result: AuditResult) => void {
  let end: (result: AuditEntry) => void;
  try {
    end = audit.begin(toAuditEntry({ ...event, result: 'started' }, now()));
  } catch {
    throw new PanelError(
      503,
      'audit_unavailable',
      'The audit log can not be written, so nothing was changed. Check the disk of the server.',
    );
  }
  return (result) => ignoreErrors(() => end(toAuditEntry({ ...event, ...result }, now())));
}

/** Writes an entry about an attempt that changed nothing. Its response does not depend on it. */
export function noteAttempt(audit: AuditLog, event: AuditEvent, now: number): void {
  ignoreErrors(() => audit.append(toAuditEntry(event, now)));
}

function ignoreErrors(write: () => void): void {
  try {
    write();
  } catch {
    // The file can't be written. Clients see that at their next change.
  }
}

/** Keeps the latest entries in memory, for a development server. */
export function createMemoryAudit(): AuditLog {
  const entries: AuditEntry[] = [];
  const append = (entry: AuditEntry): void => {
    entries.unshift(entry);
    entries.length = Math.min(entries.length, MAX_ENTRIES);
  };
  return {
    append,
    begin(entry) {
      append(entry);
      return (result) => {
        const index = entries.indexOf(entry);
        if (index >= 0) entries.splice(index, 1);
        append(result);
      };
    },
    list({ limit, cursor }) {
      const start = cursor === undefined ? 0 : entries.findIndex(({ id }) => id === cursor) + 1;
      const items = entries.slice(start, start + limit);
      const hasMore = start + limit < entries.length;
      return { items, ...(hasMore && { next: items.at(-1)!.id }) };
    },
  };
}

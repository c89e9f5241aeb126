import { createHash } from 'node:crypto';
import { isObject } from '@gati/contract/data';
import type { LogRecord } from '../../types/telemetry.ts';
import type { ErrorGroup } from '../../types/telemetry-source.ts';
import type { Row } from '../../data/native-sqlite.ts';
import { decisionAfter, readDecision } from './error-decisions.ts';
import type { Statements } from './statements.ts';

/**
 * Maximum number of groups in the file. A further one replaces the group that has not been seen for
 * the longest time.
 */
const MOST_GROUPS = 2000;
const MOST_ROUTES = 20;
const MOST_ERROR_CALLERS = 10;
const LONGEST_TEXT = 1000;
/** Maximum number of lines of a stack that are searched for the app's code. */
const MOST_LINES = 50;

/** Returns the groups of the errors in a batch. */
export function groupErrors(logs: readonly LogRecord[]): Map<string, ErrorGroup> {
  const groups = new Map<string, ErrorGroup>();
  for (const record of logs) {
    const error = Object.hasOwn(record.fields, 'error') ? record.fields.error : undefined;
    if (record.level !== 'error' || !isObject(error)) continue;
    const group = describeError(record, error);
    const key = `${group.type}\n${group.place ?? group.message}`;
    const known = groups.get(key);
    groups.set(key, known ? joinGroups(known, group) : group);
  }
  const byId = new Map<string, ErrorGroup>();
  for (const [key, group] of groups) {
    group.id = createHash('sha256').update(key).digest('hex').slice(0, 16);
    byId.set(group.id, group);
  }
  return byId;
}

/** The `id` is set later: many errors share one. */
function describeError(record: LogRecord, error: Record<string, unknown>): ErrorGroup {
  const group: ErrorGroup = {
    id: '',
    type: textOf(error, 'code') || textOf(error, 'name') || 'Error',
    message: textOf(error, 'message') || record.message.slice(0, LONGEST_TEXT),
    count: 1,
    firstSeen: record.time,
    lastSeen: record.time,
    routes: record.route ? [record.route] : [],
  };
  const place = placeOf(textOf(error, 'stack', 64 * 1024));
  if (place !== undefined) group.place = place;
  if (record.version) group.firstVersion = group.lastVersion = record.version;
  const { caller } = record.fields;
  if (isObject(caller) && typeof caller.agent === 'string' && typeof caller.asked === 'string')
    group.callers = [
      {
        agent: caller.agent.slice(0, 60),
        asked: caller.asked.slice(0, 40),
        ...(typeof caller.sdk === 'string' && { sdk: caller.sdk.slice(0, 60) }),
        count: 1,
      },
    ];
  if (record.traceId) group.lastTraceId = record.traceId;
  return group;
}

function textOf(error: Record<string, unknown>, name: string, most = LONGEST_TEXT): string {
  const value = Object.hasOwn(error, name) ? error[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, most) : '';
}

/** Returns the first place of the app's own code: `src/handlers/orders.ts:12`. */
function placeOf(stack: string): string | undefined {
  for (const line of stack.split('\n', MOST_LINES)) {
    const text = line.trim();
    if (!text.startsWith('at ') || text.length > LONGEST_TEXT) continue;
    if (text.includes('node_modules') || text.includes('node:')) continue;
    const inside = text.endsWith(')') ? text.slice(text.lastIndexOf('(') + 1, -1) : text.slice(3);
    const { file, row } = splitPlace(inside);
    if (!file) continue;
    const source = `/${file}`.lastIndexOf('/src/');
    const path = source < 0 ? file : file.slice(source);
    const [name = ''] = path.replace(/^async /, '').split('?', 1);
    return `${name}:${row}`;
  }
  return undefined;
}

/** Splits `file:row:column`. A file may contain colons: `file:///app/src/a.ts:1:2`. */
function splitPlace(place: string): { file?: string; row?: string } {
  const column = place.lastIndexOf(':');
  const row = place.lastIndexOf(':', column - 1);
  if (row < 1 || !/^\d{1,7}:\d{1,7}$/.test(place.slice(row + 1))) return {};
  return { file: place.slice(0, row), row: place.slice(row + 1, column) };
}

/** Joins two groups with the same id, of which either may have the older errors. */
function joinGroups(one: ErrorGroup, other: ErrorGroup): ErrorGroup {
  const first = other.firstSeen < one.firstSeen ? other : one;
  const last = other.lastSeen < one.lastSeen ? one : other;
  const joined: ErrorGroup = {
    ...last,
    count: one.count + other.count,
    firstSeen: first.firstSeen,
    routes: [...new Set([...one.routes, ...other.routes])].slice(0, MOST_ROUTES),
  };
  delete joined.firstVersion;
  if (first.firstVersion !== undefined) joined.firstVersion = first.firstVersion;
  const trace = last.lastTraceId ?? one.lastTraceId ?? other.lastTraceId;
  if (trace !== undefined) joined.lastTraceId = trace;
  const version = last.lastVersion ?? one.lastVersion ?? other.lastVersion;
  if (version !== undefined) joined.lastVersion = version;
  const callers = joinCallers([...(one.callers ?? []), ...(other.callers ?? [])]);
  if (callers.length > 0) joined.callers = callers;
  return joined;
}

function joinCallers(all: NonNullable<ErrorGroup['callers']>): NonNullable<ErrorGroup['callers']> {
  const byKey = new Map<string, (typeof all)[number]>();
  for (const caller of all) {
    const key = `${caller.asked}\n${caller.agent}\n${caller.sdk ?? ''}`;
    const known = byKey.get(key);
    byKey.set(key, { ...caller, count: caller.count + (known?.count ?? 0) });
  }
  return [...byKey.values()].sort((a, b) => b.count - a.count).slice(0, MOST_ERROR_CALLERS);
}

/** Adds the groups of a batch to those of the file. */
export function addErrors(on: Statements, groups: Map<string, ErrorGroup>): void {
  for (const [id, group] of groups) {
    const [row] = on.all('SELECT * FROM errors WHERE id = ?', id);
    const joined = row ? joinGroups(toErrorGroup(row), group) : group;
    const decision = decisionAfter((row?.decision as string | null | undefined) ?? null, group);
    on.run(
      `INSERT OR REPLACE INTO errors (id, type, message, place, count, first_seen, last_seen,
         first_version, routes, last_trace, last_version, callers, decision)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      joined.type,
      joined.message,
      joined.place ?? null,
      joined.count,
      joined.firstSeen,
      joined.lastSeen,
      joined.firstVersion ?? null,
      JSON.stringify(joined.routes),
      joined.lastTraceId ?? null,
      joined.lastVersion ?? null,
      joined.callers ? JSON.stringify(joined.callers) : null,
      decision,
    );
  }
  if (groups.size > 0)
    on.run(
      'DELETE FROM errors WHERE id IN (SELECT id FROM errors ORDER BY last_seen DESC LIMIT -1 OFFSET ?)',
      MOST_GROUPS,
    );
}

export function toErrorGroup(row: Row): ErrorGroup {
  const group: ErrorGroup = {
    id: row.id as string,
    type: row.type as string,
    message: row.message as string,
    count: row.count as number,
    firstSeen: row.first_seen as number,
    lastSeen: row.last_seen as number,
    routes: JSON.parse(row.routes as string) as string[],
  };
  if (row.place !== null) group.place = row.place as string;
  if (row.first_version !== null) group.firstVersion = row.first_version as string;
  if (row.last_trace !== null) group.lastTraceId = row.last_trace as string;
  if (row.last_version !== null) group.lastVersion = row.last_version as string;
  if (row.callers !== null)
    group.callers = JSON.parse(row.callers as string) as NonNullable<ErrorGroup['callers']>;
  Object.assign(group, readDecision(row.decision as string | null));
  return group;
}

import { LOG_LEVELS, type LogLevel } from '../../types/log-level.ts';
import type { LogRecord } from '../../types/telemetry.ts';
import type { LogQuery, Page } from '../../types/telemetry-source.ts';
import type { Row } from '../../data/native-sqlite.ts';
import { checkPage, checkStep, checkText } from './check-query.ts';
import { findName, readNames } from './names.ts';
import { timeOfId } from './record-ids.ts';
import { isLogKey } from './rollups.ts';
import { Filter, type IdRange, idRange, scan } from './scan.ts';
import type { Statements } from './statements.ts';
import { readSteps } from './read-steps.ts';
import { findTrace } from './trace-index.ts';
import { isTraceId } from './valid-records.ts';

export const LOG_COLUMNS =
  'id, level, pid, route, version, lower(hex(ids)) AS ids, message, fields';
/** Lines of a histogram that are counted at most. */
const MOST_LINES = 1_000_000;

type LogFilters = Omit<LogQuery, 'limit' | 'cursor'>;

export function readLogs(on: Statements, query: LogQuery): Page<LogRecord> {
  checkPage(query);
  const { filter, keep, range } = searchLogs(on, query, query.cursor);
  const { rows, next } = scan(on, {
    table: 'logs',
    columns: LOG_COLUMNS,
    range,
    filter,
    limit: query.limit,
    ...(keep && { keep }),
  });
  const names = readNames(on);
  const items = rows.map((row) => toLog(row, names));
  return next === undefined ? { items } : { items, next: String(next) };
}

export function toLog(row: Row, names: Map<number, string>): LogRecord {
  const record: LogRecord = {
    time: timeOfId(row.id as number),
    level: LOG_LEVELS[row.level as number] ?? 'info',
    message: row.message as string,
    pid: row.pid as number,
    fields: JSON.parse(row.fields as string) as Record<string, unknown>,
  };
  // `hex` of an absent value is empty.
  const ids = row.ids as string;
  if (ids !== '') record.traceId = ids.slice(0, 32);
  if (ids.length > 32) record.spanId = ids.slice(32);
  if (row.route !== null) record.route = names.get(row.route as number) ?? '';
  if (row.version !== null) record.version = names.get(row.version as number) ?? '';
  return record;
}

interface LogSearch {
  filter: Filter;
  keep: ((row: Row) => boolean) | undefined;
  range: IdRange;
}

function searchLogs(on: Statements, query: LogFilters, cursor?: string): LogSearch {
  const filter = new Filter();
  const { level, text, traceId } = query;
  let range = idRange(query, cursor);
  if (level !== undefined) {
    if (!LOG_LEVELS.includes(level))
      throw new RangeError(`level must be one of ${LOG_LEVELS.join(', ')}`);
    filter.add('level >= ?', LOG_LEVELS.indexOf(level));
  }
  for (const column of ['route', 'version'] as const) {
    const name = query[column];
    if (name === undefined) continue;
    checkText(column, name);
    const id = findName(on, name);
    if (id === undefined) filter.impossible = true;
    else filter.add(`${column} = ?`, id);
  }
  if (traceId !== undefined) {
    const ranges = isTraceId(traceId) ? findTrace(on, traceId) : [];
    if (ranges.length === 0) filter.impossible = true;
    else {
      filter.add('substr(ids, 1, 16) = unhex(?)', traceId);
      range = {
        low: Math.max(
          range.low,
          ...ranges
            .map((each) => each.low)
            .sort((a, b) => a - b)
            .slice(0, 1),
        ),
        high: Math.min(range.high, Math.max(...ranges.map((each) => each.high)) + 1),
      };
    }
  }
  checkText('text', text);
  return { filter, keep: text ? addText(filter, text) : undefined, range };
}

/**
 * Adds a search for a text and returns the exact check. SQLite ignores the case of ASCII letters
 * only, so it searches for the longest part of ASCII characters.
 */
function addText(filter: Filter, text: string): (row: Row) => boolean {
  // Fields are stored as JSON.
  const escaped = JSON.stringify(text).slice(1, -1);
  const longest = (each: string): string =>
    each.split(/[^ -~]+/).reduce((a, b) => (b.length > a.length ? b : a), '');
  const pattern = (part: string): string => `%${part.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  filter.add(
    String.raw`(message LIKE ? ESCAPE '\' OR fields LIKE ? ESCAPE '\')`,
    pattern(longest(text)),
    pattern(longest(escaped)),
  );
  const inMessage = text.toLowerCase();
  const inFields = escaped.toLowerCase();
  return ({ message, fields }) =>
    (message as string).toLowerCase().includes(inMessage) ||
    (fields as string).toLowerCase().includes(inFields);
}

type Volume = { time: number; counts: Partial<Record<LogLevel, number>> }[];

export function readLogVolume(on: Statements, query: LogFilters & { step: number }): Volume {
  checkStep(query);
  const { from, to, step, level, text, traceId, route, version } = query;
  const { filter, keep, range } = searchLogs(on, query);
  const volume = new Map<number, Partial<Record<LogLevel, number>>>();
  const add = (time: number, index: number, count: number): void => {
    const start = Math.floor(time / step) * step;
    const name = LOG_LEVELS[index] ?? 'info';
    let counts = volume.get(start);
    if (counts === undefined) volume.set(start, (counts = {}));
    counts[name] = (counts[name] ?? 0) + count;
  };
  const least = level === undefined ? 0 : LOG_LEVELS.indexOf(level);
  if (!text && traceId === undefined && route === undefined && version === undefined)
    readSteps(on, { from, to, step }, (time, key, { count }) => {
      if (isLogKey(key) && key >= least) add(time, key, count);
    });
  else {
    const { rows, next } = scan(on, {
      table: 'logs',
      columns: keep ? 'id, level, message, fields' : 'id, level',
      range,
      filter,
      limit: MOST_LINES,
      ...(keep && { keep }),
    });
    for (const row of rows) add(timeOfId(row.id as number), row.level as number, 1);
    // The search ended within this step: its count is not complete.
    if (next !== undefined) {
      const start = Math.floor(timeOfId(next) / step) * step;
      for (const time of volume.keys()) if (time <= start) volume.delete(time);
    }
  }
  return [...volume].map(([time, counts]) => ({ time, counts })).sort((a, b) => a.time - b.time);
}

import { LOG_LEVELS } from '../../types/log-level.ts';
import type { LogRecord } from '../../types/telemetry.ts';
import type { LogQuery } from '../../types/telemetry-source.ts';
import type { Row } from '../../data/native-sqlite.ts';
import { isTraceId } from '../record-checks.ts';
import { FAILED, levelOfStatus, REQUEST_MESSAGE, requestToLog } from '../request-to-log.ts';
import { checkText } from './check-query.ts';
import { findName } from './names.ts';
import { LOG_COLUMNS, REQUEST_COLUMNS, toLog, toRequest } from './rows.ts';
import { Filter, type IdRange, idRange, type Search } from './scan.ts';
import type { Statements } from './statements.ts';
import { findTrace } from './trace-index.ts';

export type LogFilters = Omit<LogQuery, 'limit' | 'cursor'>;

/** One of the tables with lines of the log, and what is searched in it. */
export interface LogSearch extends Search {
  toRecord(row: Row, names: Map<number, string>): LogRecord;
  /** Index of the line's level. */
  levelOf(row: Row): number;
}

const INFO = LOG_LEVELS.indexOf('info');

/** Requests are not stored as lines. Their lines are made from their records. */
export function logSearches(on: Statements, query: LogFilters, cursor?: string): LogSearch[] {
  const { level, text } = query;
  if (level !== undefined && !LOG_LEVELS.includes(level))
    throw new RangeError(`level must be one of ${LOG_LEVELS.join(', ')}`);
  checkText('text', text);
  checkText('route', query.route);
  const least = level === undefined ? 0 : LOG_LEVELS.indexOf(level);
  const range = rangeOf(on, query, cursor);
  const logs = commonFilter(on, query, range);
  if (least > 0) logs.add('level >= ?', least);
  if (query.route !== undefined) addName(on, logs, 'route', query.route);
  const requests = commonFilter(on, query, range);
  if (least > INFO) requests.add('status >= ?', FAILED);
  if (query.route !== undefined) addRequestRoute(on, requests, query.route);
  return [
    {
      table: 'logs',
      columns: LOG_COLUMNS,
      range,
      filter: logs,
      keep: text ? addLogText(logs, text) : undefined,
      toRecord: toLog,
      levelOf: ({ level: index }) => index as number,
    },
    {
      table: 'requests',
      columns: REQUEST_COLUMNS,
      range,
      filter: requests,
      keep: text ? addRequestText(on, requests, text) : undefined,
      toRecord: (row, names) => requestToLog(toRequest(row, names)),
      levelOf: ({ status }) => LOG_LEVELS.indexOf(levelOfStatus(status as number)),
    },
  ];
}

function rangeOf(on: Statements, query: LogFilters, cursor: string | undefined): IdRange {
  const range = idRange(query, cursor);
  const { traceId } = query;
  if (traceId === undefined) return range;
  const found = isTraceId(traceId) ? findTrace(on, traceId) : [];
  let [low, high] = [Infinity, 0];
  for (const each of found) {
    low = Math.min(low, each.low);
    high = Math.max(high, each.high);
  }
  return { low: Math.max(range.low, low), high: Math.min(range.high, high + 1) };
}

function commonFilter(on: Statements, { traceId, version }: LogFilters, range: IdRange): Filter {
  const filter = new Filter();
  filter.impossible = range.low >= range.high;
  if (version !== undefined) {
    checkText('version', version);
    addName(on, filter, 'version', version);
  }
  if (traceId !== undefined && !filter.impossible)
    filter.add('substr(ids, 1, 16) = unhex(?)', traceId);
  return filter;
}

/** Adds a filter by a name. */
export function addName(
  on: Statements,
  filter: Filter,
  column: 'method' | 'route' | 'version',
  name: string,
): void {
  const id = findName(on, name);
  if (id === undefined) filter.impossible = true;
  else filter.add(`${column} = ?`, id);
}

/** @param route `GET /orders/:id` */
function addRequestRoute(on: Statements, filter: Filter, route: string): void {
  const [, method, path] = /^(\S+) (.+)$/s.exec(route) ?? [];
  if (method === undefined || path === undefined) return void (filter.impossible = true);
  addName(on, filter, 'method', method);
  addName(on, filter, 'route', path);
}

/** Returns the longest part of ASCII characters: SQLite ignores the case of no other letters. */
const searchable = (text: string): string =>
  text.split(/[^ -~]+/).reduce((a, b) => (b.length > a.length ? b : a), '');

const toPattern = (text: string): string =>
  `%${searchable(text).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

/** Adds a search for text and returns the exact check. */
function addLogText(filter: Filter, text: string): (row: Row) => boolean {
  // Fields are stored as JSON.
  const escaped = JSON.stringify(text).slice(1, -1);
  filter.add(
    String.raw`(message LIKE ? ESCAPE '\' OR fields LIKE ? ESCAPE '\')`,
    toPattern(text),
    toPattern(escaped),
  );
  const inMessage = text.toLowerCase();
  const inFields = escaped.toLowerCase();
  return ({ message, fields }) =>
    (message as string).toLowerCase().includes(inMessage) ||
    (fields as string).toLowerCase().includes(inFields);
}

/** Columns of a request that are fields of its line; its method is one too. */
const FIELDS = ['path', 'request_id', 'status', 'us'] as const;

function addRequestText(
  on: Statements,
  filter: Filter,
  text: string,
): ((row: Row) => boolean) | undefined {
  const wanted = text.toLowerCase();
  if (REQUEST_MESSAGE.includes(wanted)) return undefined;
  const pattern = toPattern(text);
  const conditions = FIELDS.map((column) => String.raw`${column} LIKE ? ESCAPE '\'`);
  filter.add(
    String.raw`(${conditions.join(' OR ')} OR method IN (SELECT id FROM names WHERE name LIKE ? ESCAPE '\'))`,
    ...FIELDS.map(() => pattern),
    pattern,
  );
  const methods = new Set<unknown>();
  for (const { id, name } of on.all('SELECT id, name FROM names'))
    if ((name as string).toLowerCase().includes(wanted)) methods.add(id);
  return (row) =>
    methods.has(row.method) ||
    FIELDS.some((column) =>
      String(row[column] ?? '')
        .toLowerCase()
        .includes(wanted),
    );
}

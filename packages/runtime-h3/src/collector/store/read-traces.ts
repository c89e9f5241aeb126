import type { RequestRecord, SpanRecord } from '../../types/telemetry.ts';
import type { Page, Trace, TraceQuery } from '../../types/telemetry-source.ts';
import type { Row } from '../../data/native-sqlite.ts';
import { checkPage, checkText } from './check-query.ts';
import { findName, readNames } from './names.ts';
import { LOG_COLUMNS, toLog } from './read-logs.ts';
import { timeOfId } from './record-ids.ts';
import { Filter, idRange, scan } from './scan.ts';
import type { Statements } from './statements.ts';
import { findTrace } from './trace-index.ts';
import { isTraceId } from './valid-records.ts';

const MOST_REQUESTS = 1000;
const MOST_SPANS = 20_000;
const MOST_LOGS = 1000;

const COLUMNS =
  'id, lower(hex(ids)) AS ids, us, method, route, version, status, pid, path, request_id';

export function readTraces(on: Statements, query: TraceQuery): Page<RequestRecord> {
  checkPage(query);
  checkText('path', query.path);
  const filter = new Filter();
  addNames(on, filter, query, ['method', 'route', 'version']);
  const { status, minUs, path } = query;
  if (typeof status === 'number') filter.add('status = ?', status);
  else if (status !== undefined) {
    const first = Number(/^([1-5])xx$/.exec(status)?.[1]) * 100;
    if (Number.isNaN(first)) throw new RangeError('status must be a number or a class such as 5xx');
    filter.add('status BETWEEN ? AND ?', first, first + 99);
  }
  if (minUs !== undefined) {
    if (!Number.isFinite(minUs)) throw new RangeError('minUs must be a number');
    filter.add('us >= ?', minUs);
  }
  if (path !== undefined) filter.add('instr(path, ?) > 0', path);
  const { rows, next } = scan(on, {
    table: 'requests',
    columns: COLUMNS,
    range: idRange(query, query.cursor),
    filter,
    limit: query.limit,
  });
  const names = readNames(on);
  const items = rows.map((row) => toRequest(row, names));
  return next === undefined ? { items } : { items, next: String(next) };
}

/** Adds filters by names. */
export function addNames<Name extends 'method' | 'route' | 'version'>(
  on: Statements,
  filter: Filter,
  query: Partial<Record<Name, string>>,
  columns: Name[],
): void {
  for (const column of columns) {
    const name = query[column];
    if (name === undefined) continue;
    checkText(column, name);
    const id = findName(on, name);
    if (id === undefined) filter.impossible = true;
    else filter.add(`${column} = ?`, id);
  }
}

function toRequest(row: Row, names: Map<number, string>): RequestRecord {
  const ids = row.ids as string;
  const record: RequestRecord = {
    traceId: ids.slice(0, 32),
    spanId: ids.slice(32, 48),
    time: timeOfId(row.id as number),
    us: row.us as number,
    method: names.get(row.method as number) ?? '',
    route: names.get(row.route as number) ?? '',
    path: row.path as string,
    version: names.get(row.version as number) ?? '',
    status: row.status as number,
    pid: row.pid as number,
  };
  if (ids.length > 48) record.parentId = ids.slice(48);
  if (row.request_id !== null) record.requestId = row.request_id as string;
  return record;
}

export function readTrace(on: Statements, traceId: string): Trace | undefined {
  if (!isTraceId(traceId)) return undefined;
  const trace: Trace = { traceId, requests: [], spans: [], logs: [] };
  const names = readNames(on);
  const seen = new Set<number>();
  /** Ranges overlap, since processes send their records at different times. */
  const once = (row: Row): boolean => {
    const id = row.id as number;
    return !seen.has(id) && seen.add(id) !== undefined;
  };
  for (const { low, high } of findTrace(on, traceId)) {
    const range = { low, high: high + 1 };
    const search = (
      table: 'requests' | 'logs' | 'spans',
      columns: string,
      limit: number,
    ): Row[] => {
      const filter = new Filter();
      if (table === 'spans') filter.add('trace = unhex(?)', traceId);
      else filter.add('substr(ids, 1, 16) = unhex(?)', traceId);
      return scan(on, { table, columns, range, filter, limit }).rows.filter(once);
    };
    for (const row of search('requests', COLUMNS, MOST_REQUESTS))
      trace.requests.push(toRequest(row, names));
    for (const row of search('spans', 'id, spans', MOST_REQUESTS))
      trace.spans.push(...(JSON.parse(row.spans as string) as SpanRecord[]));
    for (const row of search('logs', LOG_COLUMNS, MOST_LOGS)) trace.logs.push(toLog(row, names));
  }
  if (trace.requests.length + trace.spans.length + trace.logs.length === 0) return undefined;
  return oldestFirst(trace);
}

function oldestFirst({ traceId, requests, spans, logs }: Trace): Trace {
  return {
    traceId,
    requests: requests.sort((a, b) => a.time - b.time).slice(0, MOST_REQUESTS),
    spans: spans.sort((a, b) => a.start - b.start).slice(0, MOST_SPANS),
    logs: logs.sort((a, b) => a.time - b.time).slice(0, MOST_LOGS),
  };
}

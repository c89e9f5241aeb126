import type { CaptureRecord } from '../../types/capture.ts';
import type { RequestRecord, SpanRecord } from '../../types/telemetry.ts';
import type { Page, Trace, TraceQuery } from '../../types/telemetry-source.ts';
import type { Row, Value } from '../../data/native-sqlite.ts';
import { isTraceId } from '../record-checks.ts';
import { requestToLog } from '../request-to-log.ts';
import { RUN_MESSAGE, runOfLog } from '../run-of-log.ts';
import { checkPage, checkText } from './check-query.ts';
import { readNames } from './names.ts';
import { LOG_COLUMNS, REQUEST_COLUMNS, toLog, toRequest } from './rows.ts';
import { Filter, idRange, scan, type Search } from './scan.ts';
import { addName } from './search-logs.ts';
import type { Statements } from './statements.ts';
import { findTrace } from './trace-index.ts';

/** Maximum number of requests, runs, lines and rows of spans of a trace. */
const MOST_ROWS = 1000;
const MOST_SPANS = 20_000;
const MOST_CAPTURES = 100;

export function readTraces(on: Statements, query: TraceQuery): Page<RequestRecord> {
  checkPage(query);
  checkText('path', query.path);
  const filter = new Filter();
  for (const column of ['method', 'route', 'version'] as const) {
    const name = query[column];
    if (name === undefined) continue;
    checkText(column, name);
    addName(on, filter, column, name);
  }
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
  const range = idRange(query, query.cursor);
  const search = { table: 'requests', columns: REQUEST_COLUMNS, range, filter } as const;
  const { rows, next } = scan(on, search, query.limit);
  const names = readNames(on);
  const items = rows.map((row) => toRequest(row, names));
  return next === undefined ? { items } : { items, next: String(next) };
}

/** Rows of a trace that are read. The ranges of {@link findTrace} overlap, so each is read once. */
class TraceReader {
  readonly #on: Statements;
  readonly #seen = new Set<number>();
  isCut = false;

  constructor(on: Statements) {
    this.#on = on;
  }

  /** Returns the rows of a trace that were not read yet, oldest first. */
  read(search: Omit<Search, 'filter'>, condition: string, ...values: Value[]): Row[] {
    const filter = new Filter();
    filter.add(condition, ...values);
    const { rows, next } = scan(this.#on, { ...search, filter }, MOST_ROWS);
    if (next !== undefined) this.isCut = true;
    const found = rows.filter(({ id }) => {
      const isNew = !this.#seen.has(id as number);
      this.#seen.add(id as number);
      return isNew;
    });
    // Lines of the same millisecond keep the order in which they were written.
    return found.reverse();
  }
}

export function readTrace(on: Statements, traceId: string): Trace | undefined {
  if (!isTraceId(traceId)) return undefined;
  const trace: Trace = { traceId, requests: [], runs: [], spans: [], logs: [] };
  const captures: CaptureRecord[] = [];
  const names = readNames(on);
  const reader = new TraceReader(on);
  const ofTrace = 'substr(ids, 1, 16) = unhex(?)';
  for (const { low, high } of findTrace(on, traceId)) {
    const range = { low, high: high + 1 };
    for (const row of reader.read(
      { table: 'requests', columns: REQUEST_COLUMNS, range },
      ofTrace,
      traceId,
    ))
      trace.requests.push(toRequest(row, names));
    for (const row of reader.read(
      { table: 'spans', columns: 'id, spans', range },
      'trace = unhex(?)',
      traceId,
    ))
      trace.spans.push(...(JSON.parse(row.spans as string) as SpanRecord[]));
    for (const { record } of on.all(
      'SELECT record FROM captures WHERE id BETWEEN ? AND ? AND trace = unhex(?) ORDER BY id LIMIT ?',
      low,
      high,
      traceId,
      MOST_CAPTURES,
    ))
      captures.push(JSON.parse(record as string) as CaptureRecord);
    // Runs are found by the trace that enqueued their jobs too.
    for (const row of reader.read(
      { table: 'logs', columns: LOG_COLUMNS, range },
      `(${ofTrace} OR (message = ? AND instr(fields, ?) > 0))`,
      traceId,
      RUN_MESSAGE,
      traceId,
    )) {
      const line = toLog(row, names);
      const run = runOfLog(line);
      if (line.traceId === traceId) trace.logs.push(line);
      if (run && (run.traceId === traceId || run.enqueuedBy?.traceId === traceId))
        trace.runs.push(run);
    }
  }
  const { requests, runs, spans, logs } = trace;
  if (captures.length > 0) trace.captures = captures;
  if (requests.length + runs.length + spans.length + logs.length + captures.length === 0)
    return undefined;
  trace.logs.push(...trace.requests.map(requestToLog));
  return oldestFirst(trace, reader.isCut);
}

function oldestFirst(
  { traceId, requests, runs, spans, logs, captures }: Trace,
  isCut: boolean,
): Trace {
  const byTime = (a: { time: number }, b: { time: number }): number => a.time - b.time;
  return {
    traceId,
    requests: requests.sort(byTime).slice(0, MOST_ROWS),
    runs: runs.sort(byTime).slice(0, MOST_ROWS),
    spans: spans.sort((a, b) => a.start - b.start).slice(0, MOST_SPANS),
    logs: logs.sort(byTime).slice(0, MOST_ROWS),
    ...(captures && { captures: distinct(captures).sort(byTime).slice(0, MOST_CAPTURES) }),
    ...((isCut || spans.length > MOST_SPANS || logs.length > MOST_ROWS) && { isCut: true }),
  };
}

/** The ranges in which a trace is searched overlap. */
function distinct(captures: CaptureRecord[]): CaptureRecord[] {
  return [...new Map(captures.map((capture) => [capture.spanId, capture])).values()];
}

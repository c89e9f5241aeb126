import { bucketOf, RUN_METHOD } from '../../telemetry/record/route-stats.ts';
import { LOG_LEVELS } from '../../types/log-level.ts';
import type { CaptureRecord } from '../../types/capture.ts';
import type {
  LogRecord,
  RequestRecord,
  RunRecord,
  SpanRecord,
  TelemetryBatch,
} from '../../types/telemetry.ts';
import type { Row, Value } from '../../data/native-sqlite.ts';
import { STEP } from '../../telemetry/record/metric-steps.ts';
import { FAILED } from '../request-to-log.ts';
import { isFailed, runOfLog } from '../run-of-log.ts';
import { addCallers } from './caller-table.ts';
import { addErrors, groupErrors } from './error-groups.ts';
import { createNames, type Names } from './names.ts';
import { createRecordIds, newestId, type RecordIds } from './record-ids.ts';
import { createRollups, logKey, type Rollups, sampleOf, seriesKey, type Step } from './rollups.ts';
import { insertRows, type Statements } from './statements.ts';
import { inTransaction } from './transaction.ts';
import { countCapture } from './trap-table.ts';
import { createTraceIndex, type TraceIndex } from './trace-index.ts';

const LONGEST_PATH = 2048;
const LONGEST_MESSAGE = 16 * 1024;
/** Maximum number of characters of the other members of a log line, as JSON. */
const LONGEST_FIELDS = 64 * 1024;

/** State of the file that the writer keeps in memory. */
interface Memory {
  names: Names;
  rollups: Rollups;
  traces: TraceIndex;
  newest: number;
  /** Changes when another connection has written. */
  dataVersion: number;
}

/** Writes batches, each in one transaction. */
export interface BatchWriter {
  /** Throws the errors of SQLite. The batch is not stored then. */
  write(batch: TelemetryBatch, now: number): void;
}

export function createBatchWriter(on: Statements): BatchWriter {
  let memory: Memory | undefined;
  return {
    write(batch, now) {
      try {
        inTransaction(on.db, () => {
          // Two processes write while a new server replaces an old one.
          const [row] = on.all('PRAGMA data_version') as [Row];
          const dataVersion = row.data_version as number;
          if (memory?.dataVersion !== dataVersion) memory = readMemory(on, dataVersion);
          memory.newest = insertBatch(on, memory, batch, now);
        });
      } catch (error) {
        memory = undefined;
        throw error;
      }
    },
  };
}

function readMemory(on: Statements, dataVersion: number): Memory {
  return {
    names: createNames(on),
    rollups: createRollups(on),
    traces: createTraceIndex(on),
    newest: newestId(on, Number.MAX_SAFE_INTEGER),
    dataVersion,
  };
}

/** Returns the greatest id of the file. */
function insertBatch(on: Statements, memory: Memory, batch: TelemetryBatch, now: number): number {
  const ids = createRecordIds(on, memory.newest);
  let newest = memory.newest;
  const draw: RecordIds['draw'] = (time) => {
    const id = ids.draw(time);
    if (id > newest) newest = id;
    return id;
  };
  const steps = new Map<number, Step>();
  const stepAt = (time: number): Step => {
    const start = time - (time % STEP);
    let step = steps.get(start);
    if (step === undefined) steps.set(start, (step = new Map()));
    return step;
  };
  insertRequests(on, memory, batch.requests, now, draw, stepAt);
  insertSpans(on, memory, batch.spans, draw);
  insertLogs(on, memory, batch.logs, now, draw, stepAt);
  insertCaptures(on, memory, batch.captures ?? [], now, draw);
  memory.traces.flush();
  memory.rollups.add(steps);
  addErrors(on, groupErrors(batch.logs));
  addCallers(on, batch.callers ?? [], now);
  return newest;
}

function insertRequests(
  on: Statements,
  { names, traces }: Memory,
  requests: RequestRecord[],
  now: number,
  draw: RecordIds['draw'],
  stepAt: (time: number) => Step,
): void {
  const rows = requests.map((request): Value[] => {
    const time = Math.floor(request.time);
    const us = Math.max(0, Math.floor(request.us));
    const id = draw(time);
    const method = names.idOf(request.method, now);
    const route = names.idOf(request.route, now);
    const version = names.idOf(request.version, now);
    count(stepAt(time), seriesKey(method, route, version, request.status), us);
    traces.add(request.traceId, id);
    const { path, requestId = null } = request;
    return [
      id,
      request.traceId + request.spanId + (request.parentId ?? ''),
      us,
      method,
      route,
      version,
      request.status,
      request.pid,
      path.length > LONGEST_PATH ? path.slice(0, LONGEST_PATH) : path,
      requestId,
      nameOrNull(names, request.instance, now),
    ];
  });
  insertRows(on, 'INSERT INTO requests', '(?, unhex(?), ?, ?, ?, ?, ?, ?, ?, ?, ?)', rows);
}

const nameOrNull = (names: Names, name: string | undefined, now: number): number | null =>
  name === undefined ? null : names.idOf(name, now);

/** Counts a request or a run. */
function count(step: Step, key: number, us: number): void {
  const sample = sampleOf(step, key);
  const bucket = bucketOf(us);
  sample.count++;
  sample.sum += us;
  sample.buckets[bucket] = (sample.buckets[bucket] ?? 0) + 1;
}

function keyOfRun(run: RunRecord, names: Names, now: number): number {
  const method = names.idOf(RUN_METHOD, now);
  const effect = names.idOf(run.effect, now);
  const version = names.idOf(run.version, now);
  return seriesKey(method, effect, version, isFailed(run) ? FAILED : 200);
}

function insertSpans(
  on: Statements,
  { traces }: Memory,
  spans: SpanRecord[],
  draw: RecordIds['draw'],
): void {
  const byTrace = new Map<string, SpanRecord[]>();
  for (const span of spans) {
    const list = byTrace.get(span.traceId);
    if (list) list.push(span);
    else byTrace.set(span.traceId, [span]);
  }
  const rows = [...byTrace].map(([traceId, list]): Value[] => {
    const id = draw(Math.floor(list[0]!.start));
    traces.add(traceId, id);
    return [id, traceId, JSON.stringify(list)];
  });
  insertRows(on, 'INSERT INTO spans', '(?, unhex(?), ?)', rows);
}

function insertCaptures(
  on: Statements,
  { traces }: Memory,
  captures: CaptureRecord[],
  now: number,
  draw: RecordIds['draw'],
): void {
  for (const each of captures) {
    const capture = countCapture(on, each, now);
    if (capture === undefined) continue;
    const id = draw(Math.floor(capture.time));
    const text = JSON.stringify(capture);
    traces.add(capture.traceId, id);
    on.run(
      'INSERT INTO captures VALUES (?, unhex(?), ?, ?)',
      id,
      capture.traceId,
      text.length,
      text,
    );
  }
}

function insertLogs(
  on: Statements,
  { names, traces }: Memory,
  logs: LogRecord[],
  now: number,
  draw: RecordIds['draw'],
  stepAt: (time: number) => Step,
): void {
  const rows = logs.map((record): Value[] => {
    const time = Math.floor(record.time);
    const id = draw(time);
    const level = LOG_LEVELS.indexOf(record.level);
    sampleOf(stepAt(time), logKey(level)).count++;
    const { traceId, spanId, route, version } = record;
    if (traceId !== undefined) traces.add(traceId, id);
    const run = runOfLog(record);
    if (run !== undefined) {
      if (run.enqueuedBy !== undefined) traces.add(run.enqueuedBy.traceId, id);
      count(stepAt(time), keyOfRun(run, names, now), Math.max(0, Math.floor(run.us)));
    }
    return [
      id,
      level,
      record.pid,
      nameOrNull(names, route, now),
      nameOrNull(names, version, now),
      traceId === undefined ? null : traceId + (spanId ?? ''),
      record.message.slice(0, LONGEST_MESSAGE),
      printFields(record.fields),
      nameOrNull(names, record.instance, now),
    ];
  });
  insertRows(on, 'INSERT INTO logs', '(?, ?, ?, ?, ?, unhex(?), ?, ?, ?)', rows);
}

function printFields(fields: Record<string, unknown>): string {
  const text = JSON.stringify(fields);
  return text.length > LONGEST_FIELDS
    ? JSON.stringify({ truncated: text.slice(0, LONGEST_FIELDS) })
    : text;
}

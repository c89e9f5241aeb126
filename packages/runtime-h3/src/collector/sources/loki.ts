import { LOG_LEVELS, type LogLevel } from '../../types/log-level.ts';
import type { LogRecord } from '../../types/telemetry.ts';
import type { LogQuery, Page, TelemetrySource } from '../../types/telemetry-source.ts';
import { getOrCreate } from '../../collections/get-or-create.ts';
import { checkPage, checkStep, checkText } from '../store/check-query.ts';
import { type HttpSource, SourceError } from './http-source.ts';
import { escapeRe2, printSelector, quoteValue } from './query-text.ts';
import { parseSeries, toStepQuery, stepStart } from './series.ts';

/** Cursor of a page: the time of the last line in nanoseconds, and the lines of that time so far. */
const CURSOR = /^loki:(\d{1,19})\.(\d{1,4})$/;

/** Whether a cursor is of a page from Loki. */
export const isLokiCursor = (cursor: string | undefined): boolean => CURSOR.test(cursor ?? '');

/** The log of all servers of the app, from the Loki that they export to. */
export type LokiLogs = Pick<TelemetrySource, 'logs' | 'logVolume'>;

/** @param service value of the label `service_name` */
export function createLoki(source: HttpSource, service: string): LokiLogs {
  return {
    async logs(query) {
      checkPage(query);
      const [, before = '', skip = '0'] = CURSOR.exec(query.cursor ?? '') ?? [];
      const skipped = Number(skip);
      const data = await source.get('/loki/api/v1/query_range', {
        query: printLogQl(query, service),
        start: toNanoseconds(query.from),
        // Lines at `end` are left out.
        end: before === '' ? toNanoseconds(query.to) : String(BigInt(before) + 1n),
        limit: String(query.limit + skipped),
        direction: 'backward',
      });
      return toPage(parseStreams(data), query.limit, skipped);
    },
    async logVolume(query) {
      checkStep(query);
      const lines = printLogQl(query, service);
      const { times, window } = toStepQuery(query);
      const data = await source.get('/loki/api/v1/query_range', {
        query: `sum by (level) (count_over_time(${lines} [${window}ms]))`,
        ...times,
      });
      const steps = new Map<number, Counts>();
      for (const { metric, values } of parseSeries(data))
        for (const [seconds, value] of values) {
          const counts = getOrCreate(steps, stepStart(seconds, window), (): Counts => ({}));
          const level = toLevel(metric['level']);
          counts[level] = (counts[level] ?? 0) + (Number(value) || 0);
        }
      return [...steps].map(([time, counts]) => ({ time, counts })).sort((a, b) => a.time - b.time);
    },
  };
}

type Counts = Partial<Record<LogLevel, number>>;

type Filters = Pick<LogQuery, 'level' | 'text' | 'traceId' | 'route' | 'version'>;

/** Prints the LogQL that selects the lines of a query. */
function printLogQl({ level, text, traceId, route, version }: Filters, service: string): string {
  for (const [name, value] of Object.entries({ text, traceId, route, version }))
    checkText(name, value);
  const levels =
    level === undefined ? [] : LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)).map(escapeRe2);
  const selector = printSelector({ service_name: service });
  return [
    levels.length === 0
      ? selector
      : `${selector.slice(0, -1)},level=~${quoteValue(levels.join('|'))}}`,
    ...(text ? [`|~ ${quoteValue(`(?i)${escapeRe2(text)}`)}`] : []),
    ...Object.entries({ trace_id: traceId, route, release: version })
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([name, value]) => `| ${name}=${quoteValue(value)}`),
  ].join(' ');
}

interface Line {
  /** Nanoseconds: more digits than a number has. */
  time: string;
  text: string;
  labels: Record<string, string>;
}

/** @throws {SourceError} when the response has another form */
function parseStreams(data: unknown): Line[] {
  const { result } = (data ?? {}) as { result?: unknown };
  if (!Array.isArray(result)) throw new SourceError('its response is not of its API');
  return (result as { stream?: unknown; values?: unknown }[]).flatMap(({ stream, values }) => {
    if (typeof stream !== 'object' || stream === null || !Array.isArray(values))
      throw new SourceError('its response is not of its API');
    return (values as unknown[][]).map(([time, text]) => {
      if (typeof time !== 'string' || !/^\d{1,19}$/.test(time) || typeof text !== 'string')
        throw new SourceError('its response is not of its API');
      return { time, text, labels: stream as Record<string, string> };
    });
  });
}

function toPage(lines: Line[], limit: number, skipped: number): Page<LogRecord> {
  const newest = lines
    .map((line, index) => ({ line, index, time: BigInt(line.time) }))
    .sort((a, b) => (a.time === b.time ? a.index - b.index : a.time < b.time ? 1 : -1))
    .slice(skipped);
  const items = newest.slice(0, limit).map(({ line }) => toRecord(line));
  if (newest.length < limit) return { items };
  const last = newest[limit - 1]!.line.time;
  // Those of the time of the cursor were left out above, and count again.
  const same = lines.filter(({ time }) => time === last).length;
  const isSameTime = newest.slice(0, limit).every(({ line }) => line.time === last);
  return { items, next: `loki:${last}.${isSameTime ? limit + skipped : same}` };
}

function toRecord({ time, text, labels }: Line): LogRecord {
  const { msg, ...fields } = parseLine(text);
  const { level, trace_id: traceId, span_id: spanId, route, release: version, pid } = labels;
  return {
    time: Number(BigInt(time) / 1000n) / 1000,
    level: toLevel(level),
    message: typeof msg === 'string' ? msg : text,
    ...(traceId && { traceId }),
    ...(spanId && { spanId }),
    ...(route && { route }),
    ...(version && { version }),
    pid: Number(pid) || 0,
    fields,
  };
}

/** Lines that others wrote need not be JSON. */
function parseLine(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

const toLevel = (text: string | undefined): LogLevel =>
  LOG_LEVELS.find((level) => level === text) ?? 'info';

const toNanoseconds = (milliseconds: number): string =>
  String(BigInt(Math.round(milliseconds)) * 1_000_000n);

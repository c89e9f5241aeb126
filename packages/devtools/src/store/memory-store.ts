import { LOG_LEVELS } from '@gati/runtime-h3/telemetry';
import type {
  ErrorGroup,
  LogLevel,
  LogQuery,
  LogRecord,
  MetricQuery,
  Page,
  PageQuery,
  RequestRecord,
  RoutePoint,
  SpanRecord,
  TelemetryBatch,
  TelemetrySource,
  TimeRange,
  TraceQuery,
} from '@gati/runtime-h3/telemetry';
import { createErrorGroups } from './error-groups.ts';
import { createRecentList, type RecentList } from './recent-list.ts';
import { createRollups } from './rollups.ts';

/** Maximum number of records of each kind. */
const MAX_RECORDS = 20_000;
/** Maximum number of log lines of one trace. */
const MAX_TRACE_LOGS = 1000;

/** Telemetry of one process, in its memory. */
export interface MemoryStore extends TelemetrySource {
  write(batch: TelemetryBatch): void;
}

/** Creates a store that keeps the latest 20,000 requests, spans and log lines. */
export function createMemoryStore(limit: number = MAX_RECORDS): MemoryStore {
  const requests = createRecentList<RequestRecord>(limit);
  const spans = createRecentList<SpanRecord>(limit);
  const logs = createRecentList<LogRecord>(limit);
  const rollups = createRollups();
  const groups = createErrorGroups();
  return {
    write(batch) {
      for (const request of batch.requests) {
        requests.add(request);
        rollups.add(request);
      }
      for (const span of batch.spans) spans.add(span);
      for (const line of batch.logs) {
        logs.add(line);
        groups.add(line);
      }
    },
    traces: async (query) => pageOf(requests, query, (request) => matchesTrace(request, query)),
    async trace(traceId) {
      const isOfTrace = (record: { traceId?: string }): boolean => record.traceId === traceId;
      const found = {
        traceId,
        runs: [],
        requests: requests.filter(isOfTrace).sort((a, b) => a.time - b.time),
        spans: spans.filter(isOfTrace).sort((a, b) => a.start - b.start),
        logs: logs
          .filter(isOfTrace)
          .sort((a, b) => a.time - b.time)
          .slice(0, MAX_TRACE_LOGS),
      };
      const isKnown = found.requests.length + found.spans.length + found.logs.length > 0;
      return isKnown ? found : undefined;
    },
    logs: async (query) => pageOf(logs, query, (line) => matchesLog(line, query)),
    async logVolume({ step, ...query }) {
      const points = new Map<number, Partial<Record<LogLevel, number>>>();
      for (const line of logs.filter((each) => matchesLog(each, query))) {
        const time = Math.floor(line.time / step) * step;
        const counts = points.get(time) ?? {};
        counts[line.level] = (counts[line.level] ?? 0) + 1;
        points.set(time, counts);
      }
      return [...points].sort(([a], [b]) => a - b).map(([time, counts]) => ({ time, counts }));
    },
    metrics: async (query: MetricQuery): Promise<RoutePoint[]> => rollups.read(query),
    errors: async (query: PageQuery): Promise<Page<ErrorGroup>> => groups.read(query),
  };
}

const isWithin = (time: number, { from, to }: TimeRange): boolean => time >= from && time < to;

function matchesTrace(request: RequestRecord, query: TraceQuery): boolean {
  const { method, route, version, status, minUs = 0, path } = query;
  return (
    isWithin(request.time, query) &&
    (method === undefined || request.method === method) &&
    (route === undefined || request.route === route) &&
    (version === undefined || request.version === version) &&
    (status === undefined || matchesStatus(request.status, status)) &&
    request.us >= minUs &&
    (path === undefined || request.path.includes(path))
  );
}

const matchesStatus = (status: number, wanted: number | string): boolean =>
  typeof wanted === 'number' ? status === wanted : `${Math.floor(status / 100)}xx` === wanted;

function matchesLog(line: LogRecord, query: Omit<LogQuery, 'limit' | 'cursor'>): boolean {
  const { level = 'trace', text, traceId, route, version } = query;
  return (
    isWithin(line.time, query) &&
    LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(level) &&
    (traceId === undefined || line.traceId === traceId) &&
    (route === undefined || line.route === route) &&
    (version === undefined || line.version === version) &&
    (text === undefined || containsText(line, text.toLowerCase()))
  );
}

const containsText = ({ message, fields }: LogRecord, text: string): boolean =>
  message.toLowerCase().includes(text) || JSON.stringify(fields).toLowerCase().includes(text);

/** Returns the latest records that match, from the position of a cursor on. */
function pageOf<Item>(
  list: RecentList<Item>,
  { limit, cursor }: PageQuery,
  matches: (item: Item) => boolean,
): Page<Item> {
  const items: Item[] = [];
  for (const [position, item] of list.newestFirst(cursor)) {
    if (!matches(item)) continue;
    if (items.length === limit) return { items, next: String(position) };
    items.push(item);
  }
  return { items };
}

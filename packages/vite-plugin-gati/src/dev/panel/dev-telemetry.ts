import { type LogLevel, type LogSink, redact } from '@gati/runtime-h3/telemetry';
import type {
  LogRecord,
  RequestRecord,
  TelemetryBatch,
  TelemetrySource,
} from '@gati/runtime-h3/telemetry';
import type { Logger } from '@gati/runtime-h3';

/**
 * Milliseconds after which records are written at the latest. The access log comes up to 100 ms late:
 * its lines then are in one batch with those that the requests logged.
 */
const FLUSH_AFTER = 150;
/** Records that wait for the store to open. More are dropped. */
const MAX_WAITING = 5000;

/** A store of telemetry in the process of Vite. */
export type DevStore = TelemetrySource & { write(batch: TelemetryBatch): void };

/** Collects the requests and the log lines of the app in development. */
export interface DevTelemetry {
  /** Takes the lines of the access log. */
  accessLog: LogSink;
  /** Returns a logger that also collects what it logs, below its own level too. */
  collect(logger: Logger): Logger;
  /** Writes what waits, and all that follows, to a store. */
  open(store: DevStore): void;
  close(): void;
}

export function createDevTelemetry(): DevTelemetry {
  let batch = emptyBatch();
  let store: DevStore | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!store) return;
    const full = batch;
    batch = emptyBatch();
    full.logs.sort((a, b) => a.time - b.time);
    store.write(full);
  }

  function add(record: Partial<Pick<TelemetryBatch, 'requests' | 'logs'>>): void {
    if (isClosed || batch.requests.length + batch.logs.length >= MAX_WAITING) return;
    batch.requests.push(...(record.requests ?? []));
    batch.logs.push(...(record.logs ?? []));
    timer ??= setTimeout(flush, FLUSH_AFTER).unref();
  }

  return {
    accessLog(lines) {
      for (const line of lines.split('\n')) {
        if (line === '') continue;
        const request = parseAccessLine(line);
        add({ requests: [request], logs: [toLogRecord(request)] });
      }
    },
    collect(logger) {
      const method =
        (level: LogLevel) =>
        (message: string, fields?: Record<string, unknown>): void => {
          logger[level](message, fields);
          add({ logs: [createLogRecord(level, message, fields)] });
        };
      return {
        trace: method('trace'),
        debug: method('debug'),
        info: method('info'),
        warn: method('warn'),
        error: method('error'),
      };
    },
    open(opened) {
      store = opened;
      flush();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      batch = emptyBatch();
    },
  };
}

const emptyBatch = (): TelemetryBatch => ({ requests: [], spans: [], logs: [] });

/** Reads a line that this process has printed: see `Recorder`. */
function parseAccessLine(line: string): RequestRecord {
  const { level: _level, msg: _msg, ...request } = JSON.parse(line) as Record<string, unknown>;
  return { ...request, pid: process.pid } as unknown as RequestRecord;
}

/** A request is a line of the log too, so that it is found between the lines that it caused. */
function toLogRecord({ method, route, path, status, us, ...request }: RequestRecord): LogRecord {
  const { time, traceId, spanId, version, pid } = request;
  return {
    time,
    level: 'info',
    message: `${method} ${path} ${status}`,
    traceId,
    spanId,
    ...(route !== '' && { route: `${method} ${route}` }),
    ...(version !== '' && { version }),
    pid,
    fields: { status, us },
  };
}

function createLogRecord(
  level: LogLevel,
  message: string,
  given: Record<string, unknown> = {},
): LogRecord {
  const { traceId, spanId, route, ...fields } = redact(given) as Record<string, unknown>;
  return {
    time: Date.now(),
    level,
    message,
    ...(typeof traceId === 'string' && { traceId }),
    ...(typeof spanId === 'string' && { spanId }),
    ...(typeof route === 'string' && { route }),
    pid: process.pid,
    fields,
  };
}

import { DEVELOPMENT_STORE } from './development-store.ts';
import {
  createJsonLogger,
  loggerOf,
  type LogSink,
  type TelemetrySource,
  type ErrorsPort,
  type TrapsPort,
} from '@gati/runtime-h3/telemetry';
import {
  createRedactor,
  createTracer,
  PayloadCapture,
  type Tracer,
} from '@gati/runtime-h3/internal';
import type { Logger } from '@gati/runtime-h3';

/** Keeps all traces, because a developer makes few requests. */
export const DEFAULT_SAMPLER = 'always_on';
/**
 * Store of telemetry in development, relative to the root of the project. `GATI_TELEMETRY` names
 * another one.
 */
export const DEFAULT_STORE: string = `sqlite:${DEVELOPMENT_STORE}`;
/**
 * Maximum number of characters of lines that wait until the store is open. Further lines are
 * dropped.
 */
const MOST_WAITING = 4 * 1024 ** 2;

/** Collects the telemetry of the app in development, in the process of Vite. */
export interface DevTelemetry {
  tracer: Tracer;
  /** Takes lines of requests, runs and modules. */
  write: LogSink;
  /** Returns a logger that also collects its lines, even those below its level. */
  collect(logger: Logger): Logger;
  /** Hides these values in all lines from now on. */
  hide(secrets: string[]): void;
  /** Opens the store. */
  open(): Promise<OpenedTelemetry>;
  close(): void;
}

/** The source of the collected lines, or the reason why they are not collected. */
export interface OpenedTelemetry {
  source?: TelemetrySource;
  traps?: TrapsPort;
  errors?: ErrorsPort;
  /** A sentence with the fix. */
  notRecorded?: string;
}

export interface DevTelemetryOptions {
  /** Name of the app. */
  name: string;
  root: string;
  env: Record<string, string | undefined>;
  /** Logs a problem of the store. */
  warn(message: string): void;
}

export function createDevTelemetry({ name, root, env, warn }: DevTelemetryOptions): DevTelemetry {
  const secrets: string[] = [];
  let redact = createRedactor(secrets);
  let waiting = '';
  /** Receives the lines, once the store is open. */
  let sink: LogSink | undefined;
  let isClosed = false;
  let closeStore = (): void => {};

  const write: LogSink = (lines) => {
    const redacted = redact(lines);
    if (sink) sink(redacted);
    else if (!isClosed && waiting.length + redacted.length <= MOST_WAITING) waiting += redacted;
  };
  const json = createJsonLogger({ level: 'trace', write });
  const tracing = createTracer({
    sink: write,
    logger: json,
    env: { ...env, OTEL_TRACES_SAMPLER: env['OTEL_TRACES_SAMPLER'] || DEFAULT_SAMPLER },
  });
  // A line contains the text of a body as a string, so the secrets in it are hidden before.
  tracing.tracer.capture = new PayloadCapture({
    sink: write,
    redact: (text) => redact(text),
    all: env['GATI_CAPTURE'] !== 'off',
  });
  const close = (): void => {
    tracing.close();
    isClosed = true;
    waiting = '';
    sink = undefined;
    closeStore();
  };

  return {
    tracer: tracing.tracer,
    write,
    collect: (logger) =>
      loggerOf((level) => (message, fields) => {
        logger[level](message, fields);
        json[level](message, fields);
      }),
    hide(more) {
      secrets.push(...more);
      redact = createRedactor(secrets);
    },
    async open() {
      const { canOpenSqlite, openLocalTelemetry, withOtherSources } =
        await import('@gati/runtime-h3/collector');
      if (!canOpenSqlite(root)) {
        close();
        return { notRecorded: 'Requests, logs and errors need Node 22.13 or the package libsql.' };
      }
      const local = openLocalTelemetry(env['GATI_TELEMETRY'] || DEFAULT_STORE, {
        from: root,
        onTraps: (traps) => tracing.tracer.capture?.arm(traps),
        onDiagnostic: ({ message }) => warn(`gati: the telemetry store: ${message}`),
      });
      if (isClosed) local.close();
      else {
        closeStore = local.close;
        sink = local.write;
        sink(waiting);
        waiting = '';
      }
      return {
        source: withOtherSources(local.source, env, name),
        traps: local.traps,
        errors: local.errors,
      };
    },
    close,
  };
}

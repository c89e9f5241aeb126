import type { LogRecord } from '../../types/telemetry.ts';

/** One entry: time in nanoseconds, line, structured metadata. */
type Entry = [time: string, line: string, metadata: Record<string, string>];

/** Body of Loki's push API, `POST /loki/api/v1/push`. */
export interface LokiPush {
  streams: { stream: Record<string, string>; values: Entry[] }[];
}

/**
 * Returns the push of log records. Labels are few, since Loki keeps a stream for each of their
 * combinations: service, environment and level. Ids, route and release are structured metadata.
 *
 * @param labels of the service: `service_name`, `deployment_environment`
 */
export function logsToLoki(logs: readonly LogRecord[], labels: Record<string, string>): LokiPush {
  const streams = new Map<string, Entry[]>();
  for (const log of logs) {
    const entries = streams.get(log.level) ?? [];
    streams.set(log.level, entries);
    const { time, message, fields, traceId, spanId, route, version, pid } = log;
    const line = JSON.stringify({ msg: message, ...fields });
    const metadata = { trace_id: traceId, span_id: spanId, route, release: version };
    const known = Object.entries(metadata).filter((entry): entry is [string, string] =>
      Boolean(entry[1]),
    );
    entries.push([
      `${Math.round(time * 1000)}000`,
      line,
      { ...Object.fromEntries(known), pid: String(pid) },
    ]);
  }
  return {
    streams: [...streams].map(([level, values]) => ({ stream: { ...labels, level }, values })),
  };
}

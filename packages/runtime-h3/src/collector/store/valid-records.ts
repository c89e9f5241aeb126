import { LOG_LEVELS } from '../../types/log-level.ts';
import type { TelemetryBatch } from '../../types/telemetry.ts';
import { LAST_TIME } from './record-ids.ts';

const TRACE_ID = /^[\da-f]{32}$/;
const SPAN_ID = /^[\da-f]{16}$/;

/** Whether a text is a trace id. */
export const isTraceId = (id: unknown): id is string => typeof id === 'string' && TRACE_ID.test(id);

/** Whether a text is a span id. */
export const isSpanId = (id: unknown): id is string => typeof id === 'string' && SPAN_ID.test(id);

const isTime = (time: number): boolean => time >= 0 && time < LAST_TIME;

/** Returns the records that the tables accept: one that they don't would cost its whole batch. */
export function validRecords({ requests, spans, logs }: TelemetryBatch): TelemetryBatch {
  return {
    requests: requests.filter(
      (each) =>
        isTime(each.time) &&
        Number.isFinite(each.us) &&
        Number.isInteger(each.status) &&
        Number.isSafeInteger(each.pid) &&
        isTraceId(each.traceId) &&
        isSpanId(each.spanId) &&
        (each.parentId === undefined || isSpanId(each.parentId)),
    ),
    spans: spans.filter((each) => isTime(each.start) && isTraceId(each.traceId)),
    logs: logs.filter(
      (each) =>
        isTime(each.time) &&
        LOG_LEVELS.includes(each.level) &&
        Number.isSafeInteger(each.pid) &&
        (each.traceId === undefined ||
          (isTraceId(each.traceId) && (each.spanId === undefined || isSpanId(each.spanId)))),
    ),
  };
}

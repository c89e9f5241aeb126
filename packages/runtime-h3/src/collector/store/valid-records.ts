import { LOG_LEVELS } from '../../types/log-level.ts';
import type { TelemetryBatch } from '../../types/telemetry.ts';
import { isSpanId, isTraceId } from '../record-checks.ts';
import { LAST_TIME } from './record-ids.ts';

const isTime = (time: number): boolean => time >= 0 && time < LAST_TIME;

/** Returns the records that the tables accept. One other record would make its whole batch fail. */
export function validRecords({
  requests,
  spans,
  logs,
  captures = [],
  ...rest
}: TelemetryBatch): TelemetryBatch {
  return {
    ...rest,
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
    captures: captures.filter((each) => isTime(each.time) && isTraceId(each.traceId)),
  };
}

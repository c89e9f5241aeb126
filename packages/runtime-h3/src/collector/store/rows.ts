import { LOG_LEVELS } from '../../types/log-level.ts';
import type { LogRecord, RequestRecord } from '../../types/telemetry.ts';
import type { Row } from '../../data/native-sqlite.ts';
import { timeOfId } from './record-ids.ts';

export const LOG_COLUMNS =
  'id, level, pid, route, version, lower(hex(ids)) AS ids, message, fields, instance';
export const REQUEST_COLUMNS =
  'id, lower(hex(ids)) AS ids, us, method, route, version, status, pid, path, request_id, instance';

export function toLog(row: Row, names: Map<number, string>): LogRecord {
  const record: LogRecord = {
    time: timeOfId(row.id as number),
    level: LOG_LEVELS[row.level as number] ?? 'info',
    message: row.message as string,
    pid: row.pid as number,
    fields: JSON.parse(row.fields as string) as Record<string, unknown>,
  };
  // `hex` of an absent value is empty.
  const ids = row.ids as string;
  if (ids !== '') record.traceId = ids.slice(0, 32);
  if (ids.length > 32) record.spanId = ids.slice(32);
  if (row.route !== null) record.route = names.get(row.route as number) ?? '';
  if (row.version !== null) record.version = names.get(row.version as number) ?? '';
  if (row.instance !== null) record.instance = names.get(row.instance as number) ?? '';
  return record;
}

export function toRequest(row: Row, names: Map<number, string>): RequestRecord {
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
  if (row.instance !== null) record.instance = names.get(row.instance as number) ?? '';
  return record;
}

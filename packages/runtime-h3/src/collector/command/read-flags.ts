import { usageError } from '../../command/usage-error.ts';
import { LOG_LEVELS, type LogLevel } from '../../types/log-level.ts';
import type { PageQuery, TimeRange, TraceQuery } from '../../types/telemetry-source.ts';

/** Options of all these commands. */
export const OPTIONS = {
  since: { type: 'string' },
  route: { type: 'string' },
  method: { type: 'string' },
  status: { type: 'string' },
  version: { type: 'string' },
  slower: { type: 'string' },
  level: { type: 'string' },
  text: { type: 'string' },
  trace: { type: 'string' },
  header: { type: 'string' },
  effect: { type: 'string' },
  outcome: { type: 'string' },
  for: { type: 'string' },
  incident: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

export type TelemetryFlags = { [Name in keyof typeof OPTIONS]?: string };

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DEFAULT_SINCE = '1h';
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;

/**
 * Reads `--route`: the path of a route as telemetry has it, without the base of the app. Takes the
 * forms in which other commands and the log print a route, `/api/orders` and `POST /api/orders`.
 */
export function readRoute(
  { route, method }: TelemetryFlags,
  base: string,
): Pick<TelemetryFlags, 'route' | 'method'> {
  if (route === undefined) return method === undefined ? {} : { method: method.toUpperCase() };
  const [, named, path] = /^(?:([a-z]+) )?(\/.*)$/i.exec(route.trim()) ?? [];
  if (path === undefined)
    throw usageError(`\`--route=${route}\` is not the path of a route`, 'Write it as /orders/:id.');
  const chosen = method ?? named;
  return {
    route: withoutBase(path, base),
    ...(chosen !== undefined && { method: chosen.toUpperCase() }),
  };
}

function withoutBase(path: string, base: string): string {
  if (base === '' || path === base) return base === '' ? path : '/';
  return path.startsWith(`${base}/`) ? path.slice(base.length) : path;
}

/** Reads `--since`. The range ends a second from now, so that it includes the latest records. */
export function readRange({ since = DEFAULT_SINCE }: TelemetryFlags, now: number): TimeRange {
  return { from: now - readSpan('since', since), to: now + 1000 };
}

/** Reads a time span in milliseconds: `30s`, `15m`, `2h`, `7d`. */
export function readSpan(option: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  const length = Number(digits) * (UNITS[unit] ?? 0);
  if (length === 0)
    throw usageError(
      `\`--${option}=${text}\` is not a time span`,
      'Write it as 30s, 15m, 2h or 7d.',
    );
  return length;
}

export function readPage(flags: TelemetryFlags, now: number): PageQuery {
  const { limit = String(DEFAULT_LIMIT), cursor } = flags;
  const number = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (number < 1 || number > MAX_LIMIT)
    throw usageError(
      `\`--limit=${limit}\` can't be used`,
      `Write a number from 1 to ${MAX_LIMIT}.`,
    );
  return { ...readRange(flags, now), limit: number, ...(cursor !== undefined && { cursor }) };
}

/** Reads `--status=500` and `--status=5xx`. */
export function readStatus(text: string | undefined): Pick<TraceQuery, 'status'> {
  if (text === undefined) return {};
  if (/^[1-5]xx$/.test(text)) return { status: text as `${1 | 2 | 3 | 4 | 5}xx` };
  if (/^[1-5]\d\d$/.test(text)) return { status: Number(text) };
  throw usageError(
    `\`--status=${text}\` can't be used`,
    'Write a status as 404, or a class as 5xx.',
  );
}

/** Reads `--slower=200`, in milliseconds. */
export function readSlower(text: string | undefined): Pick<TraceQuery, 'minUs'> {
  if (text === undefined) return {};
  if (!/^\d{1,7}(?:\.\d{1,3})?$/.test(text))
    throw usageError(`\`--slower=${text}\` can't be used`, 'Write milliseconds, such as 200.');
  return { minUs: Number(text) * 1000 };
}

export function readLevel(text: string | undefined): { level?: LogLevel } {
  if (text === undefined) return {};
  const level = LOG_LEVELS.find((each) => each === text);
  if (level === undefined)
    throw usageError(`\`--level=${text}\` can't be used`, `Use one of ${LOG_LEVELS.join(', ')}.`);
  return { level };
}

/** Reads a trace id: 32 hexadecimal digits. */
export function readTraceId(text: string | undefined): string {
  if (text === undefined || !/^[\da-f]{32}$/i.test(text))
    throw usageError(
      text === undefined ? 'a trace id is missing' : `\`${text}\` is not a trace id`,
      'A trace id has 32 hexadecimal digits; lines of `traces` and `traceId` in the log have one.',
    );
  return text.toLowerCase();
}

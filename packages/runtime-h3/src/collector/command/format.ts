import type { Style } from '../../command/style.ts';
import type { LogLevel } from '../../types/log-level.ts';
import type { LogRecord } from '../../types/telemetry.ts';

/** `2026-11-30 04:19:50.123`, in UTC, as in the log. */
export function formatTime(time: number): string {
  return new Date(time).toISOString().slice(0, 23).replace('T', ' ');
}

/** Microseconds as milliseconds: `0.25`, `12.3`, `1234`. */
export function formatMs(us: number): string {
  const ms = us / 1000;
  return ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : String(Math.round(ms));
}

export function paintStatus(status: number, style: Style): string {
  const text = String(status);
  if (status >= 500) return style.red(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}

const PAINTS: Record<LogLevel, keyof Style> = {
  trace: 'dim',
  debug: 'dim',
  info: 'cyan',
  warn: 'yellow',
  error: 'red',
};

export function formatLog({ time, level, message, fields }: LogRecord, style: Style): string {
  const { error, ...rest } = fields;
  const json = JSON.stringify(rest);
  const stack = (error as { stack?: unknown } | undefined)?.stack ?? error;
  return [
    `${style.dim(formatTime(time))} ${style[PAINTS[level]](level.padEnd(5))} ${message}`,
    json === '{}' ? '' : ` ${style.dim(json)}`,
    stack === undefined ? '' : `\n  ${String(stack).replaceAll('\n', '\n  ')}`,
  ].join('');
}

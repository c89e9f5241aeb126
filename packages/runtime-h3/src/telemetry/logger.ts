import type { Logger } from '../context/types.ts';
import { wantsColors } from './colors.ts';
import type { LogSink } from './recorder.ts';
import { redact } from './redact.ts';

export type LogLevel = keyof Logger;
const LEVELS: LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error'];
const COLOURS: Record<LogLevel, number> = { trace: 90, debug: 90, info: 36, warn: 33, error: 31 };

export interface LoggerOptions {
  /** JSON lines, or short text. */
  mode: 'development' | 'production';
  /** `info` by default. */
  level?: LogLevel;
  /** On every line. */
  fields?: Record<string, unknown>;
  /** The console by default. */
  write?: LogSink;
  /** Of text; by default where stdout is a terminal and `NO_COLOR` is not set. */
  colors?: boolean;
}

/** Values of secret-looking keys are hidden. */
export function createLogger(options: LoggerOptions): Logger {
  const { mode, level = 'info', fields = {}, write = (lines) => console.log(lines.trimEnd()) } = options;
  const { colors = wantsColors(process.stdout) } = options;
  const print = mode === 'production' ? toJsonLine : createTextLine(colors);
  const from = LEVELS.indexOf(level);
  const method =
    (name: LogLevel) =>
    (message: string, extra?: Record<string, unknown>): void => {
      if (LEVELS.indexOf(name) >= from) write(print(name, message, redact({ ...fields, ...extra }) as Record<string, unknown>));
    };
  return { trace: method('trace'), debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') };
}

/** The same logger with fields on every line. */
export function bindLogger(logger: Logger, fields: Record<string, unknown>): Logger {
  const method =
    (name: LogLevel) =>
    (message: string, extra?: Record<string, unknown>): void =>
      logger[name](message, { ...fields, ...extra });
  return { trace: method('trace'), debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') };
}

function toJsonLine(level: LogLevel, message: string, fields: Record<string, unknown>): string {
  return `${JSON.stringify({ level, msg: message, time: Date.now(), ...fields })}\n`;
}

type Line = (level: LogLevel, message: string, fields: Record<string, unknown>) => string;

function createTextLine(colors: boolean): Line {
  const paint = (colour: number, text: string): string => (colors ? `\u001b[${colour}m${text}\u001b[0m` : text);
  return (level, message, fields) => {
    const { error, traceId: _traceId, spanId: _spanId, ...rest } = fields;
    const tail = Object.keys(rest).length === 0 ? '' : ` ${paint(90, JSON.stringify(rest))}`;
    const stack =
      typeof error === 'object' && error !== null ? ((error as { stack?: string }).stack ?? '') : error === undefined ? '' : String(error);
    return `${paint(COLOURS[level], level)} ${message}${tail}${stack === '' ? '' : `\n${stack}`}\n`;
  };
}

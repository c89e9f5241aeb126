import type { Logger } from '../context/types.ts';
import type { LogSink } from './recorder.ts';
import { redact } from './redact.ts';

export type LogLevel = keyof Logger;
const LEVELS: LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error'];
const COLOURS: Record<LogLevel, number> = { trace: 90, debug: 90, info: 36, warn: 33, error: 31 };

export interface LoggerOptions {
  /** JSON lines, or short coloured text. */
  mode: 'development' | 'production';
  /** `info` by default. */
  level?: LogLevel;
  /** On every line. */
  fields?: Record<string, unknown>;
  /** The console by default. */
  write?: LogSink;
}

/** Values of secret-looking keys are hidden. */
export function createLogger(options: LoggerOptions): Logger {
  const { mode, level = 'info', fields = {}, write = (lines) => console.log(lines.trimEnd()) } = options;
  const print = mode === 'production' ? toJsonLine : toText;
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

function toText(level: LogLevel, message: string, fields: Record<string, unknown>): string {
  const { error, traceId: _traceId, spanId: _spanId, ...rest } = fields;
  const tail = Object.keys(rest).length === 0 ? '' : ` \u001b[90m${JSON.stringify(rest)}\u001b[0m`;
  const stack =
    typeof error === 'object' && error !== null ? ((error as { stack?: string }).stack ?? '') : error === undefined ? '' : String(error);
  return `\u001b[${COLOURS[level]}m${level}\u001b[0m ${message}${tail}${stack === '' ? '' : `\n${stack}`}\n`;
}

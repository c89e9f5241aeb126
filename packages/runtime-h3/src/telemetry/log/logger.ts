import type { Logger } from '../../types/context.ts';
import type { LogSink } from '../record/recorder.ts';
import { redact } from './redact.ts';

export type LogLevel = keyof Logger;
const LEVELS: LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error'];

export interface LoggerOptions {
  /** `info` by default. */
  level?: LogLevel;
  /** On every line. */
  fields?: Record<string, unknown>;
  /** The console by default. */
  write?: LogSink;
}

/** One line, ended by `\n`. */
export type PrintLine = (
  level: LogLevel,
  message: string,
  fields: Record<string, unknown>,
) => string;

/** Values of secret-looking keys are hidden. */
export function createLineLogger(print: PrintLine, options: LoggerOptions = {}): Logger {
  const { level = 'info', fields = {}, write = (lines) => console.log(lines.trimEnd()) } = options;
  const from = LEVELS.indexOf(level);
  const method =
    (name: LogLevel) =>
    (message: string, extra?: Record<string, unknown>): void => {
      if (LEVELS.indexOf(name) >= from)
        write(print(name, message, redact({ ...fields, ...extra }) as Record<string, unknown>));
    };
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
  };
}

/** What production writes: JSON lines. */
export function createJsonLogger(options?: LoggerOptions): Logger {
  return createLineLogger(
    (level, msg, fields) => `${JSON.stringify({ level, msg, time: Date.now(), ...fields })}\n`,
    options,
  );
}

/** The same logger with fields on every line. */
export function bindLogger(logger: Logger, fields: Record<string, unknown>): Logger {
  const method =
    (name: LogLevel) =>
    (message: string, extra?: Record<string, unknown>): void =>
      logger[name](message, { ...fields, ...extra });
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
  };
}

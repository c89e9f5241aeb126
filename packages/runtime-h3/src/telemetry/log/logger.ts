import { escapeControls } from '@gati/contract/internal';
import type { Logger } from '../../types/context.ts';
import { LOG_LEVELS, type LogLevel } from '../../types/log-level.ts';
import type { LogSink } from '../record/recorder.ts';
import { redact } from './redact.ts';

export type { LogLevel };

export interface LoggerOptions {
  /** Lowest level that is written; `info` by default. A function is called for each line. */
  level?: LogLevel | (() => LogLevel);
  /** Fields of every line. */
  fields?: Record<string, unknown>;
  /** `console.log` by default. */
  write?: LogSink;
}

/** Prints one line, ended by `\n`. */
export type PrintLine = (
  level: LogLevel,
  message: string,
  fields: Record<string, unknown>,
) => string;

/** Creates a logger whose methods are made by one function. */
export function loggerOf(method: (level: LogLevel) => Logger[LogLevel]): Logger {
  // A literal: requests create loggers, and all have one shape.
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
  };
}

/** Creates a logger that prints lines by `print`, with values of secret-looking keys hidden. */
export function createLineLogger(print: PrintLine, options: LoggerOptions = {}): Logger {
  const { level = 'info', fields = {}, write = (lines) => console.log(lines.trimEnd()) } = options;
  const isWritten = (name: LogLevel): boolean =>
    LOG_LEVELS.indexOf(name) >= LOG_LEVELS.indexOf(typeof level === 'function' ? level() : level);
  const method =
    (name: LogLevel) =>
    (message: string, extra?: Record<string, unknown>): void => {
      if (isWritten(name))
        write(print(name, message, redact({ ...fields, ...extra }) as Record<string, unknown>));
    };
  return loggerOf(method);
}

/** Creates the logger of production: one JSON document per line. */
export function createJsonLogger(options?: LoggerOptions): Logger {
  return createLineLogger(
    (level, msg, fields) =>
      // JSON escapes some control characters only, and people read these lines on a terminal.
      `${escapeControls(JSON.stringify({ level, msg, time: Date.now(), ...fields }))}\n`,
    options,
  );
}

/** Returns the logger with fields added to every line. */
export function bindLogger(logger: Logger, fields: Record<string, unknown>): Logger {
  const method =
    (name: LogLevel) =>
    (message: string, extra?: Record<string, unknown>): void =>
      logger[name](message, { ...fields, ...extra });
  return loggerOf(method);
}

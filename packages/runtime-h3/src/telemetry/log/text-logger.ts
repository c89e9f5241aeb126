import { escapeControls, wantsColors } from '@gati/contract/internal';
import type { Logger } from '../../types/context.ts';
import { toAppFrames } from './app-frames.ts';
import { createLineLogger, type LoggerOptions, type LogLevel, type PrintLine } from './logger.ts';

/** ANSI codes. */
const COLORS: Record<LogLevel, number> = { trace: 90, debug: 90, info: 36, warn: 33, error: 31 };

export interface TextLoggerOptions extends LoggerOptions {
  /** By default only when stdout supports colors. */
  colors?: boolean;
}

/** Creates the logger of development and tests: short lines, and stacks below them. */
export function createTextLogger({
  colors = wantsColors(process.stdout, process.env),
  ...options
}: TextLoggerOptions = {}): Logger {
  return createLineLogger(textPrinter(colors), options);
}

function textPrinter(colors: boolean): PrintLine {
  const paint = (color: number, text: string): string =>
    colors ? `\u001b[${color}m${text}\u001b[0m` : text;
  return (level, message, fields) => {
    const { error, traceId: _traceId, spanId: _spanId, ...rest } = fields;
    const json = escapeControls(JSON.stringify(rest));
    const tail = json === '{}' ? '' : ` ${paint(90, json)}`;
    const stack =
      typeof error === 'object' && error !== null
        ? ((error as { stack?: string }).stack ?? '')
        : error === undefined
          ? ''
          : String(error);
    const lines = stack === '' ? '' : `\n${escapeControls(toAppFrames(stack))}`;
    return `${paint(COLORS[level], level)} ${escapeControls(message)}${tail}${lines}\n`;
  };
}

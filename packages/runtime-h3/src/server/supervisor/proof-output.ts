import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Logger } from '../../types/context.ts';

/** Maximum number of lines of one proof in the log. */
const MAX_LINES = 1000;
/** Maximum number of further errors. The last one says why the release failed. */
const MAX_ERRORS = 100;
/** Maximum number of characters of one line. */
const MAX_LINE = 16_384;
/** Maximum number of characters of stderr that are kept. */
const MAX_TAIL = 8192;

/**
 * Writes what the process of a proof prints to the log, each line with the field `proof`. Returns a
 * function that returns the end of its stderr.
 */
export function logOutput(child: ChildProcess, version: string, logger: Logger): () => string {
  let tail = '';
  let count = 0;
  let errors = 0;
  const onLine = (line: string): void => {
    if (line === '') return;
    const logged = parseLogLine(line);
    count++;
    if (count > MAX_LINES && (logged?.level !== 'error' || ++errors > MAX_ERRORS)) return;
    const fields = { proof: version, ...(count === MAX_LINES && { isLimit: true }) };
    if (logged === undefined) return logger.info(line, fields);
    const { level, msg, time: _time, ...rest } = logged;
    logger[level](msg, { ...rest, ...fields });
  };
  readLines(child.stdout!, onLine);
  readLines(child.stderr!, (line) => {
    tail = `${tail}${line}\n`.slice(-MAX_TAIL);
    onLine(line);
  });
  return () => tail;
}

/** Calls back with each line, cut at the limit. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  const take = (line: string): void => onLine(line.slice(0, MAX_LINE));
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!.slice(0, MAX_LINE);
    for (const line of lines) take(line);
  });
  stream.on('end', () => take(rest));
}

interface LogLine {
  level: keyof Logger;
  msg: string;
  [field: string]: unknown;
}

/** Parses a line that the logger of the process wrote. Other output is `undefined`. */
function parseLogLine(line: string): LogLine | undefined {
  if (!line.startsWith('{"level":')) return undefined;
  try {
    const value = JSON.parse(line) as Partial<LogLine>;
    const isLevel = ['trace', 'debug', 'info', 'warn', 'error'].includes(String(value.level));
    return isLevel && typeof value.msg === 'string' ? (value as LogLine) : undefined;
  } catch {
    return undefined;
  }
}

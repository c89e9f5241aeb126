import {
  type Check,
  listOf,
  number,
  object,
  oneOf,
  parseDocument,
  string,
  wholeNumber,
} from '@gati/contract/data';
import type { CallerCount } from '../types/callers.ts';
import { LONGEST_LINE, type ParsedLine, parseLogLine } from './parse-line.ts';

/** A line of another process: telemetry, or a message about the process itself. */
export type ReceivedLine =
  | ParsedLine
  /** First line of a connection. */
  | { hello: { pid: number } }
  /** Lines that the sender could not keep. */
  | { dropped: number; what?: 'captures' }
  | { callers: CallerCount[] };

const HELLO = object({ gati: oneOf('hello'), pid: number });
const DROPPED = object({ gati: oneOf('dropped'), lines: number }, { what: oneOf('captures') });

const short: Check = (value, path) => {
  string(value, path);
  if ((value as string).length > 200) throw new RangeError(path);
};
const CALLERS = object({
  gati: oneOf('callers'),
  callers: listOf(
    object({
      version: short,
      asked: short,
      agent: short,
      sdk: short,
      subject: short,
      count: wholeNumber,
      failed: wholeNumber,
    }),
    1000,
  ),
});

interface Dropped {
  lines: number;
  what?: 'captures';
}

/** Parses a line that another process of the server sent. */
export function parseReceived(line: string, pid: number): ReceivedLine {
  if (line.startsWith('{"gati":')) {
    const hello = parseDocument<{ pid: number }>(line, HELLO, LONGEST_LINE);
    if ('value' in hello) return { hello: { pid: hello.value.pid } };
    const dropped = parseDocument<Dropped>(line, DROPPED, LONGEST_LINE);
    if ('value' in dropped) {
      const { lines, what } = dropped.value;
      return { dropped: lines, ...(what && { what }) };
    }
    const callers = parseDocument<{ callers: CallerCount[] }>(line, CALLERS, LONGEST_LINE);
    if ('value' in callers) return { callers: callers.value.callers };
  }
  return parseLogLine(line, pid);
}

import { number, object, oneOf, parseDocument } from '@gati/contract/data';
import { LONGEST_LINE, type ParsedLine, parseLogLine } from './parse-line.ts';

/** A line of another process: telemetry, or a message about the process itself. */
export type ReceivedLine =
  | ParsedLine
  /** First line of a connection. */
  | { hello: { pid: number } }
  /** Lines that the sender could not keep. */
  | { dropped: number; what?: 'captures' };

const HELLO = object({ gati: oneOf('hello'), pid: number });
const DROPPED = object({ gati: oneOf('dropped'), lines: number }, { what: oneOf('captures') });

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
  }
  return parseLogLine(line, pid);
}

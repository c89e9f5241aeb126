import { object, oneOf, parseDocument, number } from '@gati/contract/data';
import type { ParsedLine } from './ingest.ts';
import { LONGEST_LINE, parseLogLine } from './parse-line.ts';

/** What a process says about itself; anything else is telemetry. */
const HELLO = object({ gati: oneOf('hello'), pid: number });
const DROPPED = object({ gati: oneOf('dropped'), lines: number });

/** Parses a line that another process of the server sent. Returns `undefined` if it can't be read. */
export function parseReceived(line: string, pid: number): ParsedLine | undefined {
  if (line.startsWith('{"gati":')) {
    const hello = parseDocument<{ pid: number }>(line, HELLO, LONGEST_LINE);
    if ('value' in hello) return { hello: { pid: hello.value.pid } };
    const dropped = parseDocument<{ lines: number }>(line, DROPPED, LONGEST_LINE);
    if ('value' in dropped) return { dropped: dropped.value.lines };
  }
  const parsed = parseLogLine(line, pid);
  return 'fault' in parsed ? undefined : parsed;
}
